//! Whether a thread that is about to end is the last of its process.
//!
//! The first thread of a process may end long before the process does, and it does so as well when
//! another thread calls exec and takes its place (`de_thread` in the kernel's `fs/exec.c`). The stop
//! before its end looks the same in each case.

use std::fs;

use libc::{c_int, pid_t};
use memtop_proc::native::{ProcRoot, Stat, field_has_signal};

/// Whether none of the other threads goes on. `status` is what the thread ends with.
///
/// Another that is ending as well shows neither sign for an instant, between the two, and none while
/// it is stopped before its end itself: then nobody is the last.
pub(crate) fn is_last(
    proc: &ProcRoot,
    tid: pid_t,
    process: pid_t,
    status: c_int,
    text: &mut Vec<u8>,
) -> bool {
    // A signal ends all.
    if libc::WIFSIGNALED(status) {
        return true;
    }
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    let mut others = threads
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|&other: &pid_t| other != tid);
    others.all(|other| is_ending(proc, other, text))
}

/// Whoever is killed has it pending first, and then the flag of one that exits.
fn is_ending(proc: &ProcRoot, tid: pid_t, text: &mut Vec<u8>) -> bool {
    let tid = tid.cast_unsigned();
    let mut has = |file, matches: fn(&[u8]) -> bool| {
        let read = proc.read_process_file(tid, file, text);
        // One that is gone does not go on.
        !matches!(read, Ok(Some(()))) || matches(text)
    };
    let is_killed = |text: &[u8]| field_has_signal(text, "SigPnd", libc::SIGKILL) == Some(true);
    let is_exiting = |text: &[u8]| Stat::parse(text).map_or(true, |stat| stat.is_ending);
    has("status", is_killed) || has("stat", is_exiting)
}
