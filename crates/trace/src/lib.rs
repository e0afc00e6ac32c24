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

mod death;
mod elf;
mod last_thread;
mod priority;
mod privilege;
pub mod ptrace;
mod self_tracing;
mod storm;
mod tracee;
mod tracer;
mod tree_tracer;
mod v8_stack;
mod waker;

pub use death::Death;
pub use priority::raise_priority;
pub use tracer::{TraceRecord, Tracer};
pub use tree_tracer::TreeTracer;
pub use v8_stack::FULL_HEAP_MESSAGE;
pub use waker::{WAKE_AGAIN_AFTER, Waker};

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
