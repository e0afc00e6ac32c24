//! The course of a run, read while it runs.

use std::fmt;
use std::sync::Weak;

use memtop_proc::native::NativeObserver;
use memtop_sampler::{Course, SamplerThread, TaskId};

/// Reads the course of a run. It keeps nothing of the run alive.
pub struct CourseReader {
    sampler: Weak<SamplerThread<NativeObserver>>,
    task: TaskId,
}

impl CourseReader {
    pub(crate) fn of(sampler: Weak<SamplerThread<NativeObserver>>, task: TaskId) -> Self {
        Self { sampler, task }
    }

    /// What the run has had since this was last called, as so many sums at most; the first call
    /// begins it. `None` when the run is over.
    #[must_use]
    pub fn take(&self, sums: usize) -> Option<Course> {
        self.sampler.upgrade()?.take_course(self.task, sums)
    }
}

impl fmt::Debug for CourseReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CourseReader")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}
