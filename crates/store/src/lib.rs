//! The history of runs: an `SQLite` file that many memtops write at once.
//!
//! A run is recorded when it starts and completed when it ends, by a [`Recorder`] on a thread of its
//! own. Where its memtop dies first, the record says so, with the course up to then.

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

/// What the tables hold, in SQL with comments.
pub const SCHEMA: &str = include_str!("schema.sql");
