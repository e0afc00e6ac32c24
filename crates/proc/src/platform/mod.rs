//! What differs between operating systems. Each has a folder or a file of its own here with the same
//! names in it, and the one that this is built for is [`native`].

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
pub mod native;

#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
pub mod native;
