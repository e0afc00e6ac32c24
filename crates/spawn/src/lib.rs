//! Starts a command, stays with it until it ends, and has its tree followed meanwhile. Or watches
//! trees that somebody else started.
//!
//! Whatever fails in measuring is part of the [`Outcome`]; it never reaches the command.

mod arguments;
mod birth;
mod bounds;
mod bundle;
mod cause;
mod command;
mod death_signal;
mod exit_now;
mod follower;
mod group;
mod guard;
mod image;
mod inherited;
mod means;
mod options;
mod outcome;
mod run;
mod running;
mod sample_file;
mod sampling;
mod session;
mod supervision;
mod survivors;
mod tracker;
mod wait;
mod watch;

pub use arguments::own_arguments;
pub use bounds::missed_bytes;
pub use bundle::{Bundle, BundleTask};
pub use cause::{OutOfMemory, Place, Victim};
pub use command::{Command, StartError};
pub use death_signal::own_death_signal;
pub use exit_now::exit_now;
pub use group::{GroupRecord, GroupUse};
pub use guard::{GuardOptions, Size};
pub use memtop_sampler::SharedSampler;
pub use memtop_trace::TraceUse;
pub use options::Options;
pub use outcome::{GuardRecord, Outcome, Reason, Stopped, Traced};
pub use run::Run;
pub use survivors::SurvivorsUse;
pub use tracker::{TrackOptions, Tracked, TrackedEnd, Tracker};
pub use wait::End;
pub use watch::{Watch, WatchError};
