//! Reads processes and their memory from the operating system, and kills processes.
//!
//! An [`Observer`] is what a sampler queries at each tick; an [`Inspector`] lists the process table
//! and kills process trees. The root of `/proc` is a parameter, so that each reader can be tested
//! on a directory of fixtures.

mod by_number;
mod cpu_share;
mod descent;
mod end_tree;
mod error;
mod group_counters;
mod identity;
mod inspector;
mod lock;
mod mock;
mod observer;
mod platform;
mod portable;
mod record;
mod room;
mod working_directory;

pub use by_number::{ByNumber, NumberHasher, Numbers};
pub use descent::{Descendants, ParentLink, ProcessTable};
pub use error::{Error, FieldError};
pub use group_counters::{GroupCounters, GroupMemory};
pub use identity::ProcessId;
pub use inspector::{Inspector, KillFailure, KillOptions, KillOutcome, kill_each};
pub use lock::lock;
pub use mock::MockInspector;
pub use observer::{
    Birth, Description, FileId, HighWater, MachineFaults, MappedRange, Observer, Proportional,
    Reading, Startup,
};
pub use platform::native;
pub use portable::SysinfoInspector;
pub use record::{ProcessRecord, State};
pub use room::{LimitedBy, Room};
