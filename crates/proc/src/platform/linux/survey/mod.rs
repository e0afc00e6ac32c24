//! What can be measured on this machine by this user, and what stands in the way.
//!
//! Each question is answered by trying, where a try leaves nothing behind.

mod groups;
mod processes;
mod tracing;

pub use groups::{GroupSurvey, OwnGroup};
pub use processes::{ProcessSurvey, PssAnswer};
pub use tracing::TracingSurvey;

use rustix::process::{Resource, getrlimit};

/// How many files this process may have open; `None` for any number. Node has raised it as far as
/// the user may.
#[must_use]
pub fn open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// The size that memory is counted in, in bytes.
#[must_use]
pub fn page_bytes() -> u64 {
    rustix::param::page_size() as u64
}
