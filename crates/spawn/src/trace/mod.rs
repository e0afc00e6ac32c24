//! Following every process of a tree by `ptrace(2)`, from its birth to its end.
//!
//! The kernel stops a traced process where it starts another, becomes another program, or is about
//! to end with its memory still there. Each stop is handled at once and tells the sampler what it
//! would otherwise have to find out by looking. What tracing would disturb is let go and looked at
//! instead: programs that trace others themselves, and those that stop all the time for reasons
//! that say nothing of memory.
//!
//! All calls for a traced process must come from the thread that traces it, and `__WNOTHREAD` keeps
//! that thread away from the children of others, such as those of Node.

mod attach;
mod bell;
mod elf;
mod follower;
mod haste;
mod last_thread;
mod privilege;
mod ptrace;
mod self_tracing;
mod storm;
mod tracee;
mod tracer;

pub use attach::TreeTracer;
pub(crate) use follower::{Assignment, Followed, Follower, NotStarted, Started, Tracing};
pub(crate) use tracer::TraceRecord;

/// Whether a run is traced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceUse {
    /// Where that cannot change what the command may do.
    #[default]
    Auto,
    /// Always; if it cannot be, the command does not start.
    On,
    /// Never.
    Off,
}
