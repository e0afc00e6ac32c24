//! What the operating system says about processes.
//!
//! Everything here reads; nothing here keeps count. The root of `/proc` is a parameter, so that
//! every reader can be tried on a directory of fixtures.

mod error;
mod identity;
mod observer;

#[cfg(target_os = "linux")]
pub mod linux;

pub use error::Error;
pub use identity::ProcessId;
pub use observer::{Birth, Description, Observer, Reading};
