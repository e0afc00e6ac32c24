//! How births are found: reported one by one, or by scans of the process table.

use std::time::Duration;

use memtop_proc::{Birth, Observer};

use crate::budget::Budget;

/// Taking in a process takes about this long.
const COST_OF_ADMISSION: Duration = Duration::from_micros(60);
const SHARE_OF_ADMISSION: f64 = 0.01;
const MOST_AT_ONCE: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(crate) struct Births {
    are_reported: bool,
    /// Whether there is, or was, a process whose children are not reported.
    is_one_unreported: bool,
    /// Whether the next sample scans all the same, since reports were lost.
    scans_once: bool,
    /// The last pid of which it is known that all births until then were reported.
    pub(crate) reported_until: Option<u32>,
    /// When the last one was reported.
    pub(crate) last: Option<Duration>,
    /// What taking in reported ones may cost.
    admission: Budget,
    /// The result of a scan; kept for its room.
    found: Vec<Birth>,
    /// Processes that have come and gone without ever showing, as of the last sample.
    never_seen: u64,
}

impl Births {
    pub(super) fn new(observer: &impl Observer) -> Self {
        Self {
            are_reported: false,
            is_one_unreported: false,
            scans_once: false,
            reported_until: None,
            last: None,
            admission: Budget::new(SHARE_OF_ADMISSION, MOST_AT_ONCE),
            found: Vec::new(),
            never_seen: observer.never_seen(),
        }
    }

    /// Whether every birth and every end is reported, so that no scan is needed.
    pub(crate) fn are_reported(&self) -> bool {
        self.are_reported && !self.scans_once
    }

    /// One process whose children are not reported is enough to scan for all, from then on.
    pub(crate) fn set_reported(&mut self, are_reported: bool) {
        self.is_one_unreported |= !are_reported;
        self.are_reported = are_reported && !self.is_one_unreported;
    }

    /// Whether there is CPU time left to take in one that was reported.
    pub(crate) fn may_admit(&mut self, now: Duration) -> bool {
        self.admission.fill(now);
        self.admission.allows(COST_OF_ADMISSION)
    }

    pub(crate) fn spend_on_admission(&mut self, time: Duration) {
        self.admission.spend(time);
    }

    /// Reports were lost: what they said is found by a scan.
    pub(crate) fn scan_once(&mut self) {
        self.scans_once = true;
    }

    /// A sample is complete.
    pub(super) fn end_sample(&mut self) {
        self.scans_once = false;
    }

    /// An empty list to scan into, which [`Self::put_back`] takes.
    pub(super) fn take(&mut self) -> Vec<Birth> {
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        found
    }

    pub(super) fn put_back(&mut self, found: Vec<Birth>) {
        self.found = found;
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
