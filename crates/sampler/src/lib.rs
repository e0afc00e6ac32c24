//! What a tree of processes weighs, instant by instant, and how high it ever was.
//!
//! A [`Sampler`] keeps the trees and takes one sample a call; a [`SamplerThread`] calls it on
//! time. Neither knows who started the processes.

mod gaps;
mod peak;
mod record;
mod sampler;
mod thread;
mod tree;

pub use peak::{Peak, ProcessAtPeak};
pub use record::{LargestProcess, Record, TaskRecord};
pub use sampler::Sampler;
pub use thread::{SamplerThread, StartError};
pub use tree::TaskId;
