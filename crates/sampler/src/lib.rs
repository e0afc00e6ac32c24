//! Measures the memory of process trees, sample by sample, and keeps the peak.
//!
//! A [`Sampler`] keeps the trees and takes one sample a call; a [`SamplerThread`] calls it on time.
//! Neither starts processes.

mod alarm;
mod attribution;
mod bracket;
mod budget;
mod ceiling;
#[cfg(test)]
mod dice;
mod estimate;
mod event;
mod event_source;
mod forks;
mod gaps;
mod guard;
mod guarded_task;
mod handle;
mod lifetimes;
mod mapped;
mod member;
mod pace;
mod page_reads;
mod peak;
mod programs;
mod record;
mod sampler;
mod samples;
mod scaled;
mod task;
mod tasks;
mod thread;
mod timed_sampler;
mod timeline;
mod tree;
mod uncertain_span;
mod unsampled;

pub use alarm::{Alarm, AlarmSnapshot, Cause};
pub use attribution::{
    BadRule, Kind, RuleSet, Rules, Runner, SharedRules, StageRecord, StageSummary, TaskRule, Traits,
};
pub use ceiling::Ceiling;
pub use event::{EndStatus, Event, InitialMemory, LastFigures};
pub use event_source::EventSource;
pub use guard::{Crossing, Guard, Level, MachineGuard, RoomCrossing, Thresholds};
pub use guarded_task::TaskGuard;
pub use handle::{TaskHandle, WeakTask};
pub use pace::Interval;
pub use page_reads::Metric;
pub use peak::{Peak, PeakMetric, ProcessAtPeak};
pub use programs::Program;
pub use record::{
    Death, LargestProcess, LivingProcess, Record, Snapshot, TaskRecord, TimelineSegment,
};
pub use sampler::{FoundTaskInfo, FoundTaskRecord, FoundTaskState, Sampler};
pub use samples::Samples;
pub use tasks::TaskId;
pub use thread::{SamplerThread, StartError};
pub use timeline::{Point, Timeline};

/// A sampler of this machine that several threads use.
pub type SharedSampler = std::sync::Arc<SamplerThread<memtop_proc::native::NativeObserver>>;
