//! How a command comes to life: fork, a few calls in the child, exec.
//!
//! Between fork and exec only async-signal-safe calls are made (signal-safety(7)): another thread
//! of this process may have held any lock at the fork.

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use libc::c_int;
use memtop_proc::native::cgroup::Entrance;
use memtop_terminal::Streams;
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

use crate::image::Image;

/// What the child does before it is the program.
#[derive(Debug)]
pub(crate) struct Preparation {
    pub(crate) image: Image,
    pub(crate) cwd: Option<CString>,
    pub(crate) entrance: Option<Arc<Entrance>>,
    pub(crate) wiring: Streams,
    /// Descriptors to keep over exec.
    pub(crate) descriptors: Vec<RawFd>,
    /// How many files it may open at first.
    pub(crate) open_files: Option<u64>,
    /// The signal that it gets when the thread that forks it dies.
    pub(crate) on_parents_death: Option<c_int>,
    /// Whether it waits before exec until it is let go.
    pub(crate) waits: bool,
}

/// A child that is not yet the program.
#[derive(Debug)]
pub(crate) struct Unborn {
    pub(crate) pid: i32,
    /// Where the child waits, and what lets it go on. Both ends are kept, so that to write there is
    /// safe when the child has gone.
    gate: Option<(OwnedFd, OwnedFd)>,
    verdict: OwnedFd,
}

impl Preparation {
    /// Forks. What the child alone needs is closed here when this returns.
    pub(crate) fn fork(mut self) -> io::Result<(Unborn, Streams)> {
        let (verdict, tell) = pipe_with(PipeFlags::CLOEXEC)?;
        let gate = self
            .waits
            .then(|| pipe_with(PipeFlags::CLOEXEC))
            .transpose()?;
        let blocked = SignalsBlocked::now();
        // SAFETY: the child runs on in `be_born`, which never returns and keeps to what is safe.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                let gate = gate
                    .as_ref()
                    .map(|(wait, open)| (wait.as_raw_fd(), open.as_raw_fd()));
                self.be_born(gate, tell.as_raw_fd())
            }
            pid => {
                drop(blocked);
                let unborn = Unborn { pid, gate, verdict };
                Ok((unborn, self.wiring))
            }
        }
    }

    fn be_born(&mut self, gate: Option<(RawFd, RawFd)>, tell: RawFd) -> ! {
        let errno = self
            .prepare(gate)
            .err()
            .unwrap_or_else(|| self.image.exec());
        let bytes = errno.to_ne_bytes();
        // SAFETY: the array is as long as is said. Without a reader there is nobody to tell.
        // _exit runs nothing of this process's.
        unsafe {
            libc::write(tell, bytes.as_ptr().cast(), bytes.len());
            libc::_exit(127)
        }
    }

    fn prepare(&mut self, gate: Option<(RawFd, RawFd)>) -> Result<(), c_int> {
        if let Some(entrance) = &self.entrance {
            // A run outside of its group is still a run; its figures show it.
            let _ = entrance.enter();
        }
        reset_signals();
        self.wiring
            .child_end()
            .enter()
            .map_err(Errno::raw_os_error)?;
        (0..=2).for_each(pass_on);
        self.descriptors.iter().copied().for_each(pass_on);
        if let Some(soft) = self.open_files {
            limit_open_files(soft);
        }
        if let Some(signal) = self.on_parents_death {
            // SAFETY: prctl with a number touches no memory.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal, 0, 0, 0) };
        }
        if let Some((wait, open)) = gate {
            wait_at(wait, open);
        }
        if let Some(cwd) = &self.cwd {
            // SAFETY: a C string that outlives the call.
            if unsafe { libc::chdir(cwd.as_ptr()) } != 0 {
                return Err(errno());
            }
        }
        Ok(())
    }
}

impl Unborn {
    /// Lets the child go on to exec.
    pub(crate) fn let_go(&mut self) {
        if let Some((_, open)) = self.gate.take() {
            // A byte is the sign. That it is closed would not be: a child that another thread forks
            // meanwhile has it as well, and two that wait at their gates would wait for each other.
            // There is always room for a byte in an empty pipe.
            let _ = rustix::io::write(&open, &[0]);
        }
    }

    /// Waits until the child is the program, or tells why it could not become it.
    pub(crate) fn verdict(&self) -> Result<(), io::Error> {
        let mut bytes = [0; size_of::<c_int>()];
        loop {
            match rustix::io::read(&self.verdict, &mut bytes) {
                // Exec has closed it.
                Ok(0) => return Ok(()),
                Ok(_) => return Err(io::Error::from_raw_os_error(c_int::from_ne_bytes(bytes))),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn limit_open_files(soft: u64) {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the structure is valid for both calls. A limit that cannot be set stays as it is.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 && soft < limit.rlim_cur {
            limit.rlim_cur = soft;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}

/// Waits until there is a byte, or nobody is left who could write one. This process has the other
/// end, too.
fn wait_at(wait: RawFd, open: RawFd) {
    let mut byte = 0_u8;
    // SAFETY: both descriptors are this child's own, and the byte outlives the call.
    unsafe {
        libc::close(open);
        while libc::read(wait, (&raw mut byte).cast(), 1) < 0 && errno() == libc::EINTR {}
    }
}

/// While this lives no signal interrupts this thread. A child forked meanwhile must not run a
/// handler of this process.
struct SignalsBlocked(libc::sigset_t);

impl SignalsBlocked {
    fn now() -> Self {
        let mut former = MaybeUninit::uninit();
        // SAFETY: both sets are valid for the calls, which fill them.
        unsafe {
            let mut all = MaybeUninit::uninit();
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), former.as_mut_ptr());
            Self(former.assume_init())
        }
    }
}

impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        // SAFETY: the set is what the kernel gave.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut())
        };
    }
}

/// Gives every signal its default action back: a host such as Node ignores some, and what is
/// ignored stays so across exec. Then lets them in.
fn reset_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: a zeroed sigaction is SIG_DFL with an empty mask and no flags, and outlives the
        // call. KILL, STOP and the C library's own signals answer EINVAL, which is as it should be.
        unsafe {
            let action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
    // SAFETY: the set is filled before it is used.
    unsafe {
        let mut none = MaybeUninit::uninit();
        libc::sigemptyset(none.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
    }
}

/// Lets exec keep a descriptor: Node marks those that it was started with as close-on-exec.
fn pass_on(fd: RawFd) {
    // SAFETY: F_SETFD touches no memory. One that is closed answers EBADF and stays so.
    unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
}

fn errno() -> c_int {
    // SAFETY: it is this thread's own.
    unsafe { *libc::__errno_location() }
}
