//! How the trees change from one sample to the next.

/// Less than one part in so many between two samples is no change.
const LITTLE_CHANGE: u64 = 256;

/// Whether a tree has about as much as at the sample before.
pub(super) fn is_about(bytes: u64, before: u64) -> bool {
    bytes.abs_diff(before) <= bytes / LITTLE_CHANGE
}

#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Resident memory of all processes at the last sample, and the version of the tree.
    rss: u64,
    version: u64,
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
    pub(super) fn measured(&mut self, rss: u64, version: u64, grown: u64) {
        self.is_changing |= !is_about(rss, self.rss) || version != self.version;
        (self.rss, self.version, self.grown) = (rss, version, grown);
    }

    /// Anonymous memory that the living processes have allocated since the sample before.
    pub(super) fn grown(&self) -> u64 {
        self.grown
    }

    /// Whether processes have come or gone or changed their size since this was last asked.
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
