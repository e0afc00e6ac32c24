//! Control groups: which one a process is in, what the kernel accounts for in it, and groups for
//! runs.
//!
//! The kernel accounts for each page of a group, so the peak of a group is exact, unlike that of
//! samples, though it includes page cache. Both cgroup versions are in use, even side by side; see
//! `cgroups(7)` for the differences.

mod control;
mod counters;
mod features;
mod files;
mod kill;
mod left_over;
mod limits;
mod locate;
mod membership;
mod namespace;
mod open_group;
mod parent_group;
mod peak_since;
mod readers;
mod run;
mod run_error;
mod settings;

pub use counters::CgroupCounters;
pub use features::GroupFeatures;
pub use limits::{Limit, Limits};
pub use locate::{Cgroup, CgroupLookupError, Cgroups, Version};
pub(super) use open_group::OpenGroup;
pub use peak_since::PeakSince;
pub use readers::{Breakdown, OomEvents};
pub use run::{Entrance, RunCgroup};
pub use run_error::RunCgroupError;
