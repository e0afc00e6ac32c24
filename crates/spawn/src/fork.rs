//! How a command starts: fork, a few calls in the child, exec.
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
use rustix::process::{
    Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit,
};

use crate::image::Image;

/// What the child sets up between fork and exec.
#[derive(Debug)]
pub(crate) struct ChildSetup {
    pub(crate) image: Image,
    pub(crate) cwd: Option<CString>,
    pub(crate) entrance: Option<Arc<Entrance>>,
    pub(crate) streams: Streams,
    /// Descriptors to keep over exec.
    pub(crate) descriptors: Vec<RawFd>,
    /// Its soft limit of open files.
    pub(crate) open_files: Option<u64>,
    /// The signal that it gets when the thread that has forked it ends.
    pub(crate) parent_death_signal: Option<Signal>,
    /// Whether it waits before exec until it is released.
    pub(crate) waits_for_release: bool,
}

/// A child that has not called exec yet.
#[derive(Debug)]
pub(crate) struct ForkedChild {
    pub(crate) pid: i32,
    /// The pipe that the child reads from before exec. Both ends stay open, so that a write does
    /// not fail when the child has ended.
    gate: Option<(OwnedFd, OwnedFd)>,
    /// Closed by exec; an errno can be read from it when exec has failed.
    exec_error: OwnedFd,
}

impl ChildSetup {
    /// Forks. What the child alone needs is closed here when this returns.
    pub(crate) fn fork(mut self) -> io::Result<(ForkedChild, Streams)> {
        let (exec_error, report) = pipe_with(PipeFlags::CLOEXEC)?;
        let gate = self
            .waits_for_release
            .then(|| pipe_with(PipeFlags::CLOEXEC))
            .transpose()?;
        let blocked = SignalsBlocked::now();
        // SAFETY: the child runs on in `become_program`, which never returns and keeps to what is
        // safe.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                let gate = gate
                    .as_ref()
                    .map(|(wait, open)| (wait.as_raw_fd(), open.as_raw_fd()));
                self.become_program(gate, report.as_raw_fd())
            }
            pid => {
                drop(blocked);
                let child = ForkedChild {
                    pid,
                    gate,
                    exec_error,
                };
                Ok((child, self.streams))
            }
        }
    }

    fn become_program(&mut self, gate: Option<(RawFd, RawFd)>, report: RawFd) -> ! {
        let errno = self
            .prepare(gate)
            .err()
            .unwrap_or_else(|| self.image.exec());
        let bytes = errno.to_ne_bytes();
        // SAFETY: the length is that of the array. Without a reader the error is of no use. _exit
        // runs no exit handler of this process.
        unsafe {
            libc::write(report, bytes.as_ptr().cast(), bytes.len());
            libc::_exit(127)
        }
    }

    fn prepare(&mut self, gate: Option<(RawFd, RawFd)>) -> Result<(), c_int> {
        if let Some(entrance) = &self.entrance {
            // Outside of its group the command is still measured, and reported as escaped.
            let _ = entrance.enter();
        }
        reset_signals();
        self.streams
            .child_end()
            .enter()
            .map_err(Errno::raw_os_error)?;
        (0..=2).for_each(pass_on);
        self.descriptors.iter().copied().for_each(pass_on);
        if let Some(soft) = self.open_files {
            limit_open_files(soft);
        }
        if self.parent_death_signal.is_some() {
            let _ = set_parent_process_death_signal(self.parent_death_signal);
        }
        if let Some((wait, open)) = gate {
            wait_at_gate(wait, open);
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

impl ForkedChild {
    /// Lets the child go on to exec.
    pub(crate) fn release(&mut self) {
        if let Some((_, open)) = self.gate.take() {
            // A byte, since closing the pipe would not do: a child that another thread forks at the
            // same time has inherited it, and two such children would wait for each other. There is
            // always room for a byte in an empty pipe.
            let _ = rustix::io::write(&open, &[0]);
        }
    }

    /// Waits until the child has called exec.
    ///
    /// # Errors
    /// When its setup or exec has failed.
    pub(crate) fn wait_for_exec(&self) -> Result<(), io::Error> {
        let mut bytes = [0; size_of::<c_int>()];
        loop {
            match rustix::io::read(&self.exec_error, &mut bytes) {
                // Closed by exec.
                Ok(0) => return Ok(()),
                Ok(_) => return Err(io::Error::from_raw_os_error(c_int::from_ne_bytes(bytes))),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A limit that cannot be set stays as it is.
fn limit_open_files(soft: u64) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| soft < current) {
        let current = Some(soft);
        let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
    }
}

/// Waits for a byte, or for the end of the process that could write one. The child has inherited
/// both ends of the pipe.
fn wait_at_gate(wait: RawFd, open: RawFd) {
    let mut byte = 0_u8;
    // SAFETY: both descriptors are this child's own, and the byte outlives the call.
    unsafe {
        libc::close(open);
        while libc::read(wait, (&raw mut byte).cast(), 1) < 0 && errno() == libc::EINTR {}
    }
}

/// Blocks all signals of this thread while it lives. A child that is forked then cannot run a
/// signal handler of this process.
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

/// Restores the default action of every signal and unblocks it: a host such as Node ignores some
/// signals, and exec keeps that.
fn reset_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: a zeroed sigaction is SIG_DFL with an empty mask and no flags, and outlives the
        // call. For KILL, STOP and the C library's own signals the call fails, as it should.
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

/// Keeps a descriptor open across exec: Node marks those that it has inherited as close-on-exec.
fn pass_on(fd: RawFd) {
    // SAFETY: F_SETFD touches no memory, and fails for a closed descriptor.
    unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
}

fn errno() -> c_int {
    // SAFETY: it is this thread's own.
    unsafe { *libc::__errno_location() }
}
