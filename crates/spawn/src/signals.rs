//! Signals that were meant for the command and reached this process.
//!
//! What the terminal sends (`^C`, a resize, a hang-up) goes to the whole foreground group, the
//! command included, and must not arrive there twice. What another process sends goes to this
//! process alone and is handed on. The kernel tells the two apart in `si_code`.

use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};

use libc::{c_int, c_void, siginfo_t};

const FORWARDED: [c_int; 8] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGWINCH,
];

/// There is one set of signal handlers in a process, so there is one of these.
static TAKEN: AtomicBool = AtomicBool::new(false);
static COMMAND_PIDFD: AtomicI32 = AtomicI32::new(-1);
static COMMAND_PID: AtomicI32 = AtomicI32::new(0);
/// Who sent each signal that came before there was a command; 0 where none came.
static EARLY: [AtomicI32; SIGNALS] = [const { AtomicI32::new(0) }; SIGNALS];
const SIGNALS: usize = 65;
/// Stands for a signal that no process sent. No pid is negative.
const BY_THE_KERNEL: i32 = -1;

/// While this lives, signals to this process reach the command instead. Dropping it restores
/// what the signals did before.
#[derive(Debug)]
pub struct Forwarding {
    former: Vec<(c_int, FormerAction)>,
    pidfd: Option<Arc<OwnedFd>>,
}

struct FormerAction(libc::sigaction);

impl std::fmt::Debug for FormerAction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FormerAction")
    }
}

impl Forwarding {
    /// Takes the signals over, before there is a command to hand them to. `None` when another
    /// run in this process has them.
    #[must_use]
    pub fn begin() -> Option<Self> {
        if TAKEN.swap(true, SeqCst) {
            return None;
        }
        for early in &EARLY {
            early.store(0, SeqCst);
        }
        let former = FORWARDED.iter().filter_map(|&signal| {
            // SAFETY: both structures are valid for the call, and the handler does only what
            // signal-safety(7) allows.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = hand_on;
                action.sa_sigaction = handler as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
                let mut former = MaybeUninit::uninit();
                match libc::sigaction(signal, &raw const action, former.as_mut_ptr()) {
                    0 => Some((signal, FormerAction(former.assume_init()))),
                    _ => None,
                }
            }
        });
        Some(Self {
            former: former.collect(),
            pidfd: None,
        })
    }

    /// Names the command that the signals are for. False without a descriptor, which kernels
    /// before 5.3 do not have.
    pub fn aim_at(&mut self, pid: u32, pidfd: Option<Arc<OwnedFd>>) -> bool {
        let Some(pidfd) = pidfd else {
            return false;
        };
        let raw = pid.cast_signed();
        COMMAND_PID.store(raw, SeqCst);
        COMMAND_PIDFD.store(pidfd.as_raw_fd(), SeqCst);
        for signal in FORWARDED {
            let sender = early(signal).swap(0, SeqCst);
            if sender != 0 && sender != raw {
                send(pidfd.as_raw_fd(), signal);
            }
        }
        self.pidfd = Some(pidfd);
        true
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        for (signal, former) in &self.former {
            // SAFETY: the structure is what sigaction itself returned for this signal.
            unsafe { libc::sigaction(*signal, &raw const former.0, ptr::null_mut()) };
        }
        COMMAND_PIDFD.store(-1, SeqCst);
        TAKEN.store(false, SeqCst);
    }
}

extern "C" fn hand_on(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
    // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo; si_pid is set for every signal
    // that a process sent. errno belongs to this thread and is put back.
    unsafe {
        let errno = *libc::__errno_location();
        let sender = if (*info).si_code <= 0 {
            (*info).si_pid()
        } else {
            BY_THE_KERNEL
        };
        let pidfd = COMMAND_PIDFD.load(SeqCst);
        if pidfd < 0 {
            early(signal).store(sender, SeqCst);
        } else if sender != BY_THE_KERNEL && sender != COMMAND_PID.load(SeqCst) {
            // A command that signals its own group has had the signal already.
            send(pidfd, signal);
        }
        *libc::__errno_location() = errno;
    }
}

fn send(pidfd: RawFd, signal: c_int) {
    // SAFETY: a plain system call with no memory behind it. It fails once the command is dead,
    // and then there is nobody to tell.
    unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd,
            signal,
            ptr::null::<siginfo_t>(),
            0,
        )
    };
}

fn early(signal: c_int) -> &'static AtomicI32 {
    &EARLY[usize::try_from(signal).unwrap_or(0) % SIGNALS]
}
