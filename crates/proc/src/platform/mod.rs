//! Code that is specific to an operating system. Each system has a folder or file here that exports
//! the same names; the one for the build target is [`native`].

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
pub mod native;

#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
pub mod native;
