//! How the trees change from one sample to the next.

/// A difference of less than 1/256 between two samples is no change.
const CHANGE_DIVISOR: u64 = 256;
/// Nor is less than this, if less than that is anonymous: it comes and goes with every small
/// program.
const SMALL_CHANGE: u64 = 2 << 20;
const SMALL_ANONYMOUS_CHANGE: u64 = 512 << 10;

/// Whether a tree has about as much as at the sample before.
pub(super) fn is_about(bytes: u64, before: u64) -> bool {
    bytes.abs_diff(before) <= bytes / CHANGE_DIVISOR
}

#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Resident memory of all processes at the last sample, and what of it no file backs.
    rss: u64,
    anonymous: u64,
    is_changing: bool,
    is_torn: bool,
    grown: u64,
}

impl Changes {
    pub(super) fn begin_sample(&mut self) {
        self.is_torn = false;
    }

    /// Takes in all resident sizes. `grown` is anonymous memory that the living processes have
    /// allocated since the sample before.
    pub(super) fn measured(&mut self, rss: u64, anonymous: u64, grown: u64) {
        let is_small = rss.abs_diff(self.rss) <= SMALL_CHANGE
            && anonymous.abs_diff(self.anonymous) <= SMALL_ANONYMOUS_CHANGE;
        self.is_changing |= !is_small && !is_about(rss, self.rss);
        (self.rss, self.anonymous, self.grown) = (rss, anonymous, grown);
    }

    /// Anonymous memory that the living processes have allocated since the sample before.
    pub(super) fn grown(&self) -> u64 {
        self.grown
    }

    /// Whether the size of the trees has changed since this was last asked.
    pub(super) fn take(&mut self) -> bool {
        std::mem::take(&mut self.is_changing)
    }

    /// Memory was given back while pages were being read, so the sum is not of one instant.
    pub(super) fn tear(&mut self, is_torn: bool) {
        self.is_torn |= is_torn;
    }

    pub(super) fn is_torn(&self) -> bool {
        self.is_torn
    }
}
