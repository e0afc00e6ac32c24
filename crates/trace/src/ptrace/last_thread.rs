//! Whether an exiting thread is the last of its process.
//!
//! The leader may exit long before its process does, and also exits when another thread calls exec
//! and takes its place (`de_thread` in the kernel's `fs/exec.c`). Its exit stop looks the same in
//! all cases.

use std::fs;

use libc::{c_int, pid_t};
use memtop_proc::native::{ProcRoot, Stat, field_has_signal};

/// Whether all other threads are exiting too. `status` is the wait status of the thread.
///
/// An exiting thread is not recognized between dequeuing SIGKILL and setting its exit flag, nor
/// during its own exit stop. Then none of several exiting threads counts as the last.
pub(crate) fn is_last(
    proc: &ProcRoot,
    tid: pid_t,
    process: pid_t,
    status: c_int,
    text: &mut Vec<u8>,
) -> bool {
    // A fatal signal ends all threads.
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

/// A killed thread first has SIGKILL pending, then the exit flag.
fn is_ending(proc: &ProcRoot, tid: pid_t, text: &mut Vec<u8>) -> bool {
    let tid = tid.cast_unsigned();
    let mut has = |file, matches: fn(&[u8]) -> bool| {
        let read = proc.read_process_file(tid, file, text);
        // An unreadable thread is gone.
        !matches!(read, Ok(Some(()))) || matches(text)
    };
    let is_killed = |text: &[u8]| field_has_signal(text, "SigPnd", libc::SIGKILL) == Some(true);
    let is_exiting = |text: &[u8]| Stat::parse(text).map_or(true, |stat| stat.is_ending);
    has("status", is_killed) || has("stat", is_exiting)
}
