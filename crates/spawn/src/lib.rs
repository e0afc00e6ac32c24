//! Starts a command and measures it and its descendants until they end. Or watches trees that other
//! programs have started.
//!
//! A failure to measure is part of the [`Outcome`]; it never reaches the command.

mod bounds;
mod bundle;
mod cause;
mod command;
mod command_state;
mod follower;
mod fork;
mod group;
mod guard;
mod image;
mod inherited;
mod options;
mod outcome;
mod process_events;
mod reserve;
mod run;
mod running;
mod sample_file;
mod sampling;
mod session;
mod supervision;
mod this_process;
mod tracker;
mod wait;
mod watch;

pub use bounds::missed_bytes;
pub use bundle::{Bundle, BundleTask};
pub use cause::{OutOfMemory, Scope, Victim};
pub use command::{Command, StartError};
pub use group::{GroupRecord, GroupUse};
pub use guard::{GuardOptions, Size};
pub use memtop_sampler::SharedSampler;
pub use memtop_trace::{TraceUse, probe_kernel_events};
pub use options::{Options, SurvivorsUse};
pub use outcome::{FollowedBy, GuardRecord, Outcome, Reason, Stopped, Tracking};
pub use run::Run;
pub use this_process::{exit_now, own_arguments, own_death_signal};
pub use tracker::{TrackError, TrackOptions, Tracked, TrackedEnd, Tracker};
pub use wait::End;
pub use watch::Watch;
