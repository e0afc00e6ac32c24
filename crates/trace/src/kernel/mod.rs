//! Follows trees by what the kernel sends to its event sockets, without touching any process.
//!
//! The proc connector reports every start, exec and end on the machine. Exit accounting adds the
//! high-water mark of each process that ends; it needs `CAP_NET_ADMIN`. Both are silent outside the
//! first pid namespace, so whether they work is found out by trying.

mod clock;
mod connector;
mod exit_accounting;
mod filter;
mod followed;
mod inbox;
mod listener;
mod reasons;
mod socket;

pub use listener::{KernelEvents, KernelEventsHold, probe_kernel_events};
