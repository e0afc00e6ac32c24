//! Waiting for children and traced threads, with what each used at most.

use std::io;
use std::mem::MaybeUninit;

/// What the kernel reports of a child or a traced thread that has been waited for.
#[derive(Clone, Copy, Debug)]
pub struct Waited {
    /// Who it is.
    pub pid: i32,
    /// How it ended, or why it stopped, as `wait(2)` encodes it.
    pub status: i32,
    /// The most resident memory that it, or a descendant that was waited for, ever had.
    pub largest_bytes: u64,
}

/// Waits as `wait4(2)` does. `None` when nobody has changed state and `options` says not to wait.
///
/// # Errors
/// When a signal came instead, or there is nobody to wait for.
pub fn wait4(pid: i32, options: i32) -> io::Result<Option<Waited>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both structures are valid for the call; a zeroed rusage is a valid one.
    let (found, usage) = unsafe {
        let found = libc::wait4(pid, &raw mut status, options, usage.as_mut_ptr());
        (found, usage.assume_init())
    };
    match found {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(Waited {
            pid,
            status,
            largest_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
        })),
    }
}
