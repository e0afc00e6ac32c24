//! What the sampler makes of attribution: which task each process is in, and the records of the
//! tasks that were found.

mod found;
mod found_tasks;
mod placing;
mod state;

pub use found::{FoundTaskInfo, FoundTaskRecord, FoundTaskState};
pub(super) use state::Attribution;
