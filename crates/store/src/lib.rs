//! The history of runs: an `SQLite` database that many memtop processes write concurrently.
//!
//! A [`Recorder`] on a thread of its own records a run when it starts and completes the record when
//! it ends. If its memtop dies first, the record is marked as interrupted, with the memory up to
//! then.

mod error;
mod open;
mod pace;
mod pid_scope;
mod prune;
mod recorder;
mod run_filter;
mod run_groups;
mod runs;
mod runs_alive;
mod segment;
mod stored_run;
mod timeline;
mod transfer;
mod varint;
mod write;

pub use error::Error;
pub use open::Store;
pub use pace::Pace;
pub use pid_scope::PidScope;
pub use prune::{Pruned, Pruning};
pub use recorder::{Recorder, RecordingFailure};
pub use run_filter::RunFilter;
pub use run_groups::RunGroup;
pub use runs_alive::{AliveRun, MembersError};
pub use segment::{LivingProcess, TimelineSegment};
pub use stored_run::{State, StoredRun};
pub use timeline::{ProcessTimeline, StoredTimeline};
pub use write::{NewRun, RunEnd, RunWriter};

/// The tables, as SQL with comments.
pub const SCHEMA: &str = include_str!("schema.sql");
