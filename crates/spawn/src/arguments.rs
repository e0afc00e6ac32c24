//! This process's own arguments, byte for byte.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;

/// The arguments that this process was started with, its own name first.
///
/// A host that keeps its arguments as text, as Node does, has replaced what is not UTF-8.
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
