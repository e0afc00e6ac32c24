//! Waiting for children and traced threads, with their peak memory.

use std::io;
use std::mem::MaybeUninit;

/// The result of waiting for a child or a traced thread.
#[derive(Clone, Copy, Debug)]
pub struct Waited {
    /// Its pid or thread id.
    pub pid: i32,
    /// Its wait status: how it ended or why it stopped, as encoded by `wait(2)`.
    pub status: i32,
    /// The highest resident memory of it or of any reaped descendant.
    pub largest_bytes: u64,
}

/// Calls `wait4(2)`. `None` if none has changed state and `options` contains `WNOHANG`.
///
/// # Errors
/// If a signal interrupts the call, or there is nothing to wait for.
pub fn wait4(pid: i32, options: i32) -> io::Result<Option<Waited>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are valid for writes during the call, and an all-zero rusage is
    // initialized, even if the call does not write to it.
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
