//! Processes that the benches start: copies of this one, and this program anew.

use std::env::current_exe;
use std::io;
use std::process::{Child, Command};

/// Runs `act` in a child that has this process's memory, and ends the child after.
///
/// This program has one thread, so the child may do whatever the parent might.
pub fn fork(act: impl FnOnce()) -> i32 {
    // SAFETY: there is no other thread that could hold a lock.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", io::Error::last_os_error()),
        0 => {
            act();
            // SAFETY: ends this process without running what the parent registered.
            unsafe { libc::_exit(0) }
        }
        pid => pid,
    }
}

/// Waits until all children have ended.
pub fn wait_for_all() {
    // SAFETY: wait(2) accepts a null status.
    while unsafe { libc::wait(std::ptr::null_mut()) } > 0 {}
}

/// This program again, with other arguments.
pub fn again(arguments: &[&str]) -> Result<Child, String> {
    let program = current_exe().map_err(|error| error.to_string())?;
    let child = Command::new(program).args(arguments).spawn();
    child.map_err(|error| format!("cannot start {arguments:?}: {error}"))
}
