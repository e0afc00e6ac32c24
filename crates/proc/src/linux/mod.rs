//! Linux: `/proc`, read through kept descriptors.

mod births;
mod capabilities;
pub mod cgroup;
mod command_line;
mod end_run;
mod inspector;
mod kill;
mod kilobytes;
mod loadavg;
mod meminfo;
mod mountinfo;
mod observer;
mod oom;
mod pids;
mod pressure;
mod process;
mod room;
mod root;
mod stat;
mod statm;
pub mod survey;
mod watched;

pub use capabilities::{CAP_SYS_PTRACE, has_effective};
pub use command_line::split_arguments;
pub use end_run::{RunEnd, RunEnded, end_run};
pub use inspector::LinuxInspector;
pub use loadavg::parse_last_pid;
pub use meminfo::Meminfo;
pub use observer::{LinuxObserver, describe, high_water, identify};
pub use oom::{OomEvidence, OomWatch};
pub use pressure::{Pressure, Stall};
pub use room::RoomFinder;
pub use root::ProcRoot;
pub use stat::Stat;
pub use statm::{KeptStatm, resident_pages};
pub use watched::Watched;
