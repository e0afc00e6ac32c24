//! Why a process ended, where the way it ended does not say.

mod out_of_memory;
mod v8_heap;
mod v8_message;

pub(crate) use out_of_memory::Evidence;
pub use out_of_memory::{OutOfMemory, Scope, Victim};
use v8_heap::{heap_limit_bytes, was_at_limit};
pub(crate) use v8_message::HeapMessage;
