//! Linux: `/proc` and cgroups.

mod births;
mod boot_time;
mod capabilities;
pub mod cgroup;
mod command_line;
mod end_run;
mod faults;
mod fields;
mod first_stack;
mod inspector;
mod kill;
mod kilobytes;
mod loadavg;
mod lock_waits;
mod mapped;
mod meminfo;
mod mountinfo;
mod observer;
mod oom;
mod pids;
mod pressure;
mod priority;
mod private;
mod process;
mod process_group;
mod room;
mod root;
mod startup;
mod stat;
mod statm;
pub mod survey;
mod thread_cpu;
mod wait;
mod watched_process;

pub use boot_time::BootTime;
pub use capabilities::{
    CAP_SYS_PTRACE, has_effective, has_no_new_privileges, is_in_first_user_namespace,
};
pub use command_line::split_arguments;
pub use end_run::{EndRunOptions, EndRunOutcome, end_run};
pub use fields::{field, field_has_signal};
pub use inspector::LinuxInspector as NativeInspector;
pub use loadavg::parse_last_pid;
pub use meminfo::Meminfo;
pub use observer::{
    LinuxObserver as NativeObserver, describe, has_ended, high_water, identify, own_identity,
    same_memory,
};
pub use oom::{OomEvidence, OomWatch};
pub use pressure::{Pressure, Stall};
pub use priority::{raise_priority, run_first};
pub use private::{create_private_file, create_private_folder};
pub use process_group::{own_process_group, process_group};
pub use room::RoomFinder;
pub use root::ProcRoot;
pub use startup::{directory, startup, startup_at_exec};
pub use stat::Stat;
pub use statm::{StatmFile, resident_pages};
pub use thread_cpu::thread_cpu;
pub use wait::{Waited, wait4};
pub use watched_process::WatchedProcess;
