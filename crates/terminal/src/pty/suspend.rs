//! The command's side of being suspended.

use std::fs;
use std::mem::MaybeUninit;
use std::ptr;

use memtop_proc::native::field_has_signal;
use rustix::process::{Pid, Signal, kill_process_group};

/// Sends a signal to the command's group. It fails once nobody is left there.
pub(crate) fn signal(group: Pid, signal: Signal) -> bool {
    kill_process_group(group, signal).is_ok()
}

/// Whether the command does not let itself be suspended, as a shell at its prompt.
pub(crate) fn is_ignored_by(command: Pid) -> bool {
    let path = format!("/proc/{}/status", command.as_raw_nonzero());
    // Without the file there is no such process.
    let status = fs::read(path).unwrap_or_default();
    field_has_signal(&status, "SigIgn", libc::SIGTSTP) == Some(true)
}

/// Whether whoever started this process did not want it to be suspended.
pub(crate) fn is_ignored_here() -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: the structure is valid for the call, and a zeroed one is a valid value.
    unsafe {
        libc::sigaction(libc::SIGTSTP, ptr::null(), now.as_mut_ptr());
        now.assume_init().sa_sigaction == libc::SIG_IGN
    }
}
