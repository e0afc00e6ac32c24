//! Starts a command, stays with it until it ends, and has its tree followed meanwhile. Or watches
//! trees that somebody else started.
//!
//! Whatever fails in measuring is part of the [`Outcome`]; it never reaches the command.

mod arguments;
mod birth;
mod bounds;
mod cause;
mod command;
mod death_signal;
mod exit_now;
mod group;
mod guard;
mod image;
mod inherited;
mod run;
mod signals;
pub mod streams;
mod supervisor;
mod survivors;
mod trace;
mod tracker;
mod wait;
mod watch;

use std::sync::Arc;

use memtop_proc::linux::LinuxObserver;
use memtop_sampler::SamplerThread;

pub use arguments::own_arguments;
pub use cause::{OutOfMemory, Place, Victim};
pub use command::{Command, StartError};
pub use death_signal::own_death_signal;
pub use exit_now::exit_now;
pub use group::{GroupRecord, GroupUse};
pub use guard::{GuardOptions, Size};
pub use run::{GuardRecord, Options, Outcome, Reason, Run, Stopped, Traced};
pub use signals::Forwarding;
pub use survivors::SurvivorsUse;
pub use trace::{TraceUse, TreeTracer};
pub use tracker::{TrackOptions, Tracked, TrackedEnd, Tracker};
pub use wait::End;
pub use watch::{Watch, WatchError, Watched};

/// A sampler that several threads work on.
pub type SharedSampler = Arc<SamplerThread<LinuxObserver>>;
