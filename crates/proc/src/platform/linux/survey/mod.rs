//! What this user can measure on this machine.
//!
//! Features are tried where that leaves no trace.

mod groups;
mod processes;
mod tracing;

pub use groups::{GroupSurvey, OwnGroup};
pub use processes::{ProcessSurvey, PssSupport};
pub use tracing::TracingSurvey;

use rustix::process::{Resource, getrlimit};

/// The limit of open files of this process; `None` if unlimited. Node raises it as far as the user
/// may.
#[must_use]
pub fn open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// The page size in bytes.
#[must_use]
pub fn page_bytes() -> u64 {
    rustix::param::page_size() as u64
}
