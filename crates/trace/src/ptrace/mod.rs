//! Follows every process of a tree by `ptrace(2)`, from its fork to its exit.
//!
//! The kernel stops a traced process when it forks, calls exec, and before it exits, while its
//! memory is still mapped. Each stop is handled at once and reported to the sampler, which would
//! otherwise have to scan for it. Processes that tracing would disturb are detached and scanned
//! instead: programs that use ptrace themselves, and programs that stop too often for reasons
//! unrelated to memory.
//!
//! All ptrace calls for a process must come from the thread that traces it. `__WNOTHREAD` keeps
//! that thread from reaping children of other threads, such as those of Node.

pub mod calls;
mod elf;
mod last_thread;
mod privilege;
mod self_tracing;
mod storm;
mod tracee;
mod tracer;
mod tree_tracer;
mod v8_stack;
mod waker;

pub use tracer::{TraceRecord, Tracer};
pub use tree_tracer::TreeTracer;
pub use v8_stack::FULL_HEAP_MESSAGE;
pub use waker::{WAKE_AGAIN_AFTER, Waker};
