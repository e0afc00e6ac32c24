//! Signals that were meant for the command and reached this process. Where several commands run at
//! a time they are meant for all of them.
//!
//! What the terminal sends (`^C`, a resize, a hang-up) goes to the whole foreground group, the
//! command included, and must not arrive there twice. What another process sends goes to this
//! process alone and is handed on. The kernel tells the two apart in `si_code`.
//!
//! A command on a terminal of its own is not in that group: to it everything is handed on.

mod own_terminal;
mod stop;
mod window_size;

use memtop_proc::lock;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use libc::{c_int, c_void, siginfo_t};

pub(crate) use own_terminal::OwnTerminal;
pub(crate) use stop::stop_this_job;
pub(crate) use window_size::{WindowSize, follow_now as follow_window_size};

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
/// What stops and continues a job. They concern this process as well as the command.
const JOB_CONTROL: [c_int; 2] = [libc::SIGTSTP, libc::SIGCONT];

/// There is one set of signal handlers in a process, so there is one of these.
static TAKEN: AtomicBool = AtomicBool::new(false);
static COMMANDS: [Aim; MOST_COMMANDS] = [const { Aim::nowhere() }; MOST_COMMANDS];
/// So many commands can be running for signals to reach all of them.
const MOST_COMMANDS: usize = 256;
/// Who sent each signal that came before there was a command; 0 where none came.
static EARLY: [AtomicI32; SIGNALS] = [const { AtomicI32::new(0) }; SIGNALS];
const SIGNALS: usize = 65;
/// How many commands are forked and not named yet. They are in this process's group, so what the
/// kernel sends to that reaches them.
static UNNAMED: AtomicU32 = AtomicU32::new(0);
/// How often somebody wanted the command to end.
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);
/// How many handlers are at work. While there are none, no descriptor is used by any.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);
/// What the host does about signals that are told and not asked for, by [`host_index`].
static HOST: [AtomicUsize; 2] = [const { AtomicUsize::new(libc::SIG_DFL) }; 2];
/// All processes of a job are continued within so many looks, also if this one was stopped between
/// two of them.
const LOOKS_AT_A_STOP: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);
/// Stands for a signal that no process sent. No pid is negative.
const BY_THE_KERNEL: i32 = -1;

/// A command that signals are for.
struct Aim {
    pid: AtomicI32,
    pidfd: AtomicI32,
}

impl Aim {
    const fn nowhere() -> Self {
        Self {
            pid: AtomicI32::new(0),
            pidfd: AtomicI32::new(-1),
        }
    }
}

/// While this lives, signals to this process reach the command instead. Dropping it restores
/// what the signals did before.
#[derive(Debug)]
pub struct Forwarding {
    former: Vec<(c_int, FormerAction)>,
    /// In the places of [`COMMANDS`].
    pidfds: Mutex<Vec<Option<Arc<OwnedFd>>>>,
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
        INTERRUPTS.store(0, SeqCst);
        UNNAMED.store(0, SeqCst);
        let signals = FORWARDED.into_iter().chain(JOB_CONTROL);
        let former = signals.filter_map(|signal| Some((signal, FormerAction(take_over(signal)?))));
        Some(Self {
            former: former.collect(),
            pidfds: Mutex::default(),
        })
    }

    /// How often the command was asked to end since the beginning: by `INT`, `QUIT` or `TERM`, also
    /// when it was typed on a terminal of the command's own. Not by `HUP`, which comes beside
    /// others.
    #[must_use]
    #[allow(clippy::unused_self, reason = "there is nothing to count without one")]
    pub fn interrupts(&self) -> u32 {
        INTERRUPTS.load(SeqCst)
    }

    /// A command has been forked, and is named soon.
    pub fn note_fork() {
        UNNAMED.fetch_add(1, SeqCst);
    }

    /// One that was forked has ended before it was named, or is named now.
    pub fn forget_fork() {
        let _ = UNNAMED.fetch_update(SeqCst, SeqCst, |unnamed| unnamed.checked_sub(1));
    }

    /// Names a command that the signals are for. False without a descriptor, which kernels before
    /// 5.3 do not have, and where there are too many.
    pub fn aim_at(&self, pid: u32, pidfd: Option<Arc<OwnedFd>>) -> bool {
        Self::forget_fork();
        let mut pidfds = self.pidfds();
        let free = pidfds.iter().position(Option::is_none);
        let place = free.unwrap_or(pidfds.len());
        let (Some(pidfd), Some(aim)) = (pidfd, COMMANDS.get(place)) else {
            return false;
        };
        let raw = pid.cast_signed();
        aim.pid.store(raw, SeqCst);
        aim.pidfd.store(pidfd.as_raw_fd(), SeqCst);
        for signal in FORWARDED {
            let sender = early(signal).swap(0, SeqCst);
            if sender != 0 && sender != raw {
                send(pidfd.as_raw_fd(), signal);
            }
        }
        if early(libc::SIGTSTP).swap(0, SeqCst) != 0 && !own_terminal::tell_suspended() {
            send(pidfd.as_raw_fd(), libc::SIGTSTP);
        }
        match pidfds.get_mut(place) {
            Some(free) => *free = Some(pidfd),
            None => pidfds.push(Some(pidfd)),
        }
        true
    }

    /// A command has ended: what comes from now on is for the others.
    pub fn leave(&self, pid: u32) {
        let mut pidfds = self.pidfds();
        let raw = pid.cast_signed();
        let left = COMMANDS.iter().zip(pidfds.iter_mut());
        for (aim, pidfd) in left.filter(|(aim, _)| aim.pid.load(SeqCst) == raw) {
            aim.pid.store(0, SeqCst);
            aim.pidfd.store(-1, SeqCst);
            wait_for_handlers();
            *pidfd = None;
        }
    }

    fn pidfds(&self) -> MutexGuard<'_, Vec<Option<Arc<OwnedFd>>>> {
        lock(&self.pidfds)
    }
}

impl Forwarding {
    /// Stops this process because the command has stopped, for a shell to see that of its job, and
    /// returns when it is continued. A command on a terminal of its own is dealt with by who carries its streams.
    pub fn stop_with_command(&self, is_still_stopped: impl Fn() -> bool) {
        for _ in 0..LOOKS_AT_A_STOP {
            // Who carries the streams has stopped it, and continues it.
            if !is_still_stopped() || own_terminal::is_suspended() {
                return;
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        if own_terminal::tell_suspended() {
            return;
        }
        stop_this_job(false);
        // Whoever continued this process alone meant the command. Once too often does no harm, and
        // later it could end another stop.
        if is_still_stopped() {
            for pidfd in self.pidfds().iter().flatten() {
                send(pidfd.as_raw_fd(), libc::SIGCONT);
            }
        }
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        for (signal, former) in &self.former {
            // What the host has set meanwhile is what it wants.
            if action(*signal).is_some_and(|now| now.sa_sigaction == handler()) {
                // SAFETY: the structure is what sigaction itself returned for this signal.
                unsafe { libc::sigaction(*signal, &raw const former.0, ptr::null_mut()) };
            }
        }
        for aim in &COMMANDS {
            aim.pid.store(0, SeqCst);
            aim.pidfd.store(-1, SeqCst);
        }
        wait_for_handlers();
        TAKEN.store(false, SeqCst);
    }
}

fn handler() -> usize {
    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_signal;
    handler as usize
}

/// Returns what the signal did before; `None` when it is left to do that.
fn take_over(signal: c_int) -> Option<libc::sigaction> {
    let former = action(signal)?;
    // Whoever started this process did not want it to be stopped.
    if signal == libc::SIGTSTP && former.sa_sigaction == libc::SIG_IGN {
        return None;
    }
    if let Some(index) = host_index(signal) {
        HOST[index].store(former.sa_sigaction, SeqCst);
    }
    // SAFETY: the structure is valid for the call, and the handler does only what
    // signal-safety(7) allows.
    let taken = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler();
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, ptr::null_mut())
    };
    (taken == 0).then_some(former)
}

fn action(signal: c_int) -> Option<libc::sigaction> {
    let mut now = MaybeUninit::zeroed();
    // SAFETY: the structure is valid for the call; it is read only when the kernel has written it.
    unsafe {
        let found = libc::sigaction(signal, ptr::null(), now.as_mut_ptr());
        (found == 0).then(|| now.assume_init())
    }
}

/// Returns when every handler that has seen what was before is done.
fn wait_for_handlers() {
    while AT_WORK.load(SeqCst) != 0 {
        thread::yield_now();
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo; si_pid is set for every signal
    // that a process sent. errno belongs to this thread and is put back.
    unsafe {
        let errno = *libc::__errno_location();
        let sender = if (*info).si_code <= 0 {
            (*info).si_pid()
        } else {
            BY_THE_KERNEL
        };
        AT_WORK.fetch_add(1, SeqCst);
        hand_on(signal, sender);
        AT_WORK.fetch_sub(1, SeqCst);
        tell_host(signal, info, context);
        *libc::__errno_location() = errno;
    }
}

fn hand_on(signal: c_int, sender: i32) {
    let is_any = aims().next().is_some();
    // A command that signals its own group has had the signal already.
    let by_command = COMMANDS
        .iter()
        .any(|aim| aim.pidfd.load(SeqCst) >= 0 && aim.pid.load(SeqCst) == sender);
    let by_another = sender != BY_THE_KERNEL && !by_command;
    let on_own_terminal = own_terminal::is_attached();
    if matches!(signal, libc::SIGINT | libc::SIGQUIT | libc::SIGTERM) && !by_command {
        INTERRUPTS.fetch_add(1, SeqCst);
    }
    if signal == libc::SIGWINCH {
        window_size::follow_now();
        if on_own_terminal {
            own_terminal::tell_resized();
        }
    }
    match signal {
        libc::SIGTSTP if on_own_terminal && own_terminal::tell_suspended() => {}
        libc::SIGCONT if on_own_terminal && own_terminal::tell_continued() => {}
        libc::SIGTSTP if by_another && !is_any => {
            early(signal).store(sender, SeqCst);
        }
        // This process stops once the command has: until then it may have to do something for it.
        libc::SIGTSTP => {
            if by_another {
                send_all(signal);
            }
        }
        libc::SIGCONT => {
            early(libc::SIGTSTP).store(0, SeqCst);
            // A shell that continues its job continues the command as well.
            if by_another && !stop::is_stopped() {
                send_all(signal);
            }
        }
        _ => {
            let by_kernel = sender == BY_THE_KERNEL;
            // What the kernel sent went to this process's group, which is not the command's.
            let missed = on_own_terminal && by_kernel && signal != libc::SIGWINCH;
            if !is_any {
                let has_had_it = by_kernel && !on_own_terminal && UNNAMED.load(SeqCst) > 0;
                if !has_had_it {
                    early(signal).store(sender, SeqCst);
                }
            } else if by_another || (missed && !own_terminal::press(signal)) {
                send_all(signal);
            }
        }
    }
}

/// Lets the host know as if nobody had taken over: it may draw on the terminal, too.
unsafe fn tell_host(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(index) = host_index(signal) else {
        return;
    };
    let host = HOST[index].load(SeqCst);
    if host != libc::SIG_DFL && host != libc::SIG_IGN {
        // SAFETY: the host gave the kernel this function to be called with these. One that takes
        // the number alone does not look at the others.
        unsafe {
            let host: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = std::mem::transmute(host);
            host(signal, info, context);
        }
    }
}

fn host_index(signal: c_int) -> Option<usize> {
    match signal {
        libc::SIGWINCH => Some(0),
        libc::SIGCONT => Some(1),
        _ => None,
    }
}

/// The descriptors of all commands.
fn aims() -> impl Iterator<Item = RawFd> {
    let pidfds = COMMANDS.iter().map(|aim| aim.pidfd.load(SeqCst));
    pidfds.filter(|&pidfd| pidfd >= 0)
}

fn send_all(signal: c_int) {
    aims().for_each(|pidfd| send(pidfd, signal));
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
