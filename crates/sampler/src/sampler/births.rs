//! Births that a scan of the process table finds.

use memtop_proc::{Birth, Observer};

#[derive(Debug)]
pub(super) struct BirthScan {
    /// Kept for its room.
    births: Vec<Birth>,
    /// Processes that have come and gone without ever showing, as of the last sample.
    never_seen: u64,
}

impl BirthScan {
    pub(super) fn new(observer: &impl Observer) -> Self {
        Self {
            births: Vec::new(),
            never_seen: observer.never_seen(),
        }
    }

    /// An empty list to fill, which [`Self::put_back`] takes.
    pub(super) fn take(&mut self) -> Vec<Birth> {
        let mut births = std::mem::take(&mut self.births);
        births.clear();
        births
    }

    pub(super) fn put_back(&mut self, births: Vec<Birth>) {
        self.births = births;
    }

    /// Whether a process has come and gone unseen since the last sample.
    pub(super) fn is_one_unseen(&self, observer: &impl Observer) -> bool {
        observer.never_seen() > self.never_seen
    }

    /// How many have, up to this sample.
    pub(super) fn take_unseen(&mut self, observer: &impl Observer) -> u64 {
        let unseen = observer.never_seen() - self.never_seen;
        self.never_seen += unseen;
        unseen
    }
}
