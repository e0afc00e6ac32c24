//! What was known of a process when its page faults were last read, and what has changed since.

use super::Memory;

/// After this number of observations in a row without a page fault, a process is idle.
const QUIET: u32 = 8;

/// What was known of a process when its page faults were last read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastObservation {
    /// Its page faults; `None` where those until now do not matter.
    pub(crate) faults: Option<u64>,
    /// The number of the sample.
    sample: u64,
    /// What its family knows of its memory.
    pub(super) anonymous: u64,
    mapped: u64,
    /// Observations in a row without a page fault.
    quiet: u32,
}

/// What has changed since a process was last observed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObservedChange {
    pub(crate) faults: Option<u64>,
    pub(crate) grown: u64,
    /// Growth of mapped memory.
    pub(crate) mapped: u64,
}

impl LastObservation {
    pub(crate) fn update(
        &mut self,
        faults: Option<u64>,
        memory: &Memory,
        sample: u64,
    ) -> ObservedChange {
        let before = std::mem::replace(
            self,
            Self {
                faults: faults.or(self.faults),
                sample,
                anonymous: memory.anonymous(),
                mapped: memory.shared(),
                quiet: 0,
            },
        );
        let since = ObservedChange {
            faults: Option::zip(before.faults, self.faults)
                .map(|(before, now)| now.saturating_sub(before)),
            grown: self.anonymous.saturating_sub(before.anonymous),
            mapped: self.mapped.saturating_sub(before.mapped),
        };
        if since.faults == Some(0) {
            // Walks observe several times within a sample.
            let is_first = before.sample != sample;
            self.quiet = before.quiet.saturating_add(u32::from(is_first));
        }
        since
    }

    pub(crate) fn is_of_sample(&self, sample: u64) -> bool {
        self.sample == sample
    }

    pub(super) fn is_active(&self) -> bool {
        self.quiet < QUIET
    }
}
