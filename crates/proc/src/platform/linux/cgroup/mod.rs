//! Control groups: which one a process is in, what the kernel counts there, and a group of its
//! own for a run.
//!
//! The kernel adds up the memory of a group at every page, so the peak of a group is exact where a
//! sum of samples is not. Page cache counts in it, too. Both versions are in use, also side by
//! side; `cgroups(7)` tells the difference.

mod account;
mod carried;
mod control;
mod files;
mod home;
mod kept;
mod kill;
mod left_over;
mod limits;
mod locate;
mod membership;
mod namespace;
mod offers;
mod peak_since;
mod readers;
mod refusal;
mod run;

pub use account::GroupAccount;
pub(super) use kept::KeptGroup;
pub use limits::{Limit, Limits};
pub use locate::{Cgroup, Cgroups, NoCgroup, Version};
pub use offers::Offers;
pub use peak_since::PeakSince;
pub use readers::{Breakdown, OomEvents};
pub use refusal::NoGroup;
pub use run::{Entrance, RunCgroup};
