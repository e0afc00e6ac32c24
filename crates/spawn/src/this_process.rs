//! What this process was started with, and how it ends.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;

use rustix::process::{Signal, parent_process_death_signal};

/// The arguments that this process was started with, its own name first, byte for byte. Node keeps
/// its arguments as text, and has replaced what is not UTF-8.
///
/// # Errors
/// When `/proc/self/cmdline` cannot be read.
pub fn own_arguments() -> io::Result<Vec<OsString>> {
    let text = fs::read("/proc/self/cmdline")?;
    let text = text.strip_suffix(b"\0").unwrap_or(&text);
    Ok(text
        .split(|&byte| byte == 0)
        .map(|part| OsString::from_vec(part.to_vec()))
        .collect())
}

/// The signal that this process gets when its parent dies, if any. The kernel keeps it for each
/// thread: that of the program as a whole is that of its first thread.
#[must_use]
pub fn own_death_signal() -> Option<Signal> {
    parent_process_death_signal().ok()?
}

/// Ends this process at once, without running exit handlers.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: it takes a number and does not return.
    unsafe { libc::_exit(code) }
}
