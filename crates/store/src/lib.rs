//! The history of runs: an `SQLite` database that many memtop processes write concurrently.
//!
//! A [`Recorder`] on a thread of its own records a run when it starts and completes the record when
//! it ends. If its memtop dies first, the record is marked as interrupted, with the memory up to
//! then.

mod course;
mod error;
mod here;
mod open;
mod pace;
mod prune;
mod recorder;
mod runs;
mod runs_alive;
mod transfer;
mod varint;
mod write;

pub use course::{Course, Living, Look, ProcessCourse};
pub use error::Error;
pub use here::Here;
pub use open::Store;
pub use pace::Pace;
pub use prune::{Pruned, Pruning};
pub use recorder::{Recorder, Trouble};
pub use runs::{Group, Question, State, StoredRun};
pub use runs_alive::{AliveRun, NoMembers};
pub use write::{NewRun, RunEnd, RunWriter};

/// The tables, as SQL with comments.
pub const SCHEMA: &str = include_str!("schema.sql");
