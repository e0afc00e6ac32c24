//! Linux: `/proc`, read through kept descriptors.

mod births;
mod loadavg;
mod observer;
mod root;
mod stat;
mod statm;

pub use observer::LinuxObserver;
pub use root::ProcRoot;
pub use stat::Stat;
pub use statm::{KeptStatm, resident_pages};
