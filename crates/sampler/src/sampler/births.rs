//! How births are found: reported one by one, or by scans of the process table.

use std::time::Duration;

use memtop_proc::{Birth, Observer};

use super::sample::SAMPLES_TO_SHOW;
use crate::budget::Budget;

/// Taking in a process takes about this long.
const COST_OF_ADMISSION: Duration = Duration::from_micros(60);
/// From a pid to the report of the birth it takes less than this, however busy the machine is.
const FORK_TAKES: Duration = Duration::from_millis(4);
const SHARE_OF_ADMISSION: f64 = 0.01;
const MOST_AT_ONCE: Duration = Duration::from_millis(20);
/// A process with less memory than this is small.
const SMALL: u64 = 4 << 20;
/// After this number of small processes in a row, the next are assumed to be small as well.
const SMALL_IN_A_ROW: u32 = 32;

/// How often something is worth a look between the regular samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    Often,
    Seldom,
    Never,
}

/// What is known of the sizes of processes that have ended.
#[derive(Debug, Default)]
struct EndedSizes {
    /// How many of the last ones were small, without one that was not.
    small_in_a_row: u32,
    /// Whether ends are reported with the most that a process had.
    have_high_water: bool,
}

impl EndedSizes {
    fn note_size(&mut self, most: u64) {
        self.small_in_a_row = if most < SMALL {
            self.small_in_a_row.saturating_add(1)
        } else {
            0
        };
    }

    fn are_small(&self) -> bool {
        self.small_in_a_row >= SMALL_IN_A_ROW
    }

    fn looks(&self) -> Looks {
        match (self.are_small(), self.have_high_water) {
            (false, _) => Looks::Often,
            (true, false) => Looks::Seldom,
            // If one is not small, its end shows that.
            (true, true) => Looks::Never,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Births {
    are_reported: bool,
    /// Whether there is, or was, a process whose children are not reported.
    is_one_unreported: bool,
    /// How many samples scan all the same, since reports were lost.
    scans_left: usize,
    /// Whether the present sample has scanned.
    has_scanned: bool,
    /// The last pid of which it is known that all births until then were reported.
    reported_until: Option<u32>,
    /// The last pid that was assigned, and since when it has been.
    last_pid: Option<(u32, Duration)>,
    /// When the last one was reported.
    pub(crate) last: Option<Duration>,
    /// What taking in reported ones may cost.
    admission: Budget,
    ended: EndedSizes,
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
            scans_left: 0,
            has_scanned: false,
            reported_until: None,
            last_pid: None,
            last: None,
            admission: Budget::new(SHARE_OF_ADMISSION, MOST_AT_ONCE),
            ended: EndedSizes::default(),
            found: Vec::new(),
            never_seen: observer.never_seen(),
        }
    }

    /// Whether every birth and every end is reported, so that no scan is needed.
    pub(crate) fn are_reported(&self) -> bool {
        self.are_reported && self.scans_left == 0
    }

    /// One process whose children are not reported is enough to scan for all, from then on.
    pub(crate) fn set_reported(&mut self, are_reported: bool) {
        self.is_one_unreported |= !are_reported;
        self.are_reported = are_reported && !self.is_one_unreported;
        self.ended.small_in_a_row = 0;
    }

    /// All births were reported at this time, but for forks in progress. A pid is assigned before
    /// the birth is reported.
    pub(crate) fn note_reported_until(&mut self, last_pid: Option<u32>, at: Duration) {
        let since = match (self.last_pid, last_pid) {
            (Some((known, since)), Some(pid)) if known == pid => since,
            _ => at,
        };
        self.last_pid = last_pid.map(|pid| (pid, since));
        let is_over = at.saturating_sub(since) >= FORK_TAKES;
        self.reported_until = last_pid.filter(|_| is_over);
    }

    /// The last pid of which all births until then were reported.
    pub(super) fn reported_until(&self) -> Option<u32> {
        self.reported_until
    }

    /// Whether one that was reported is likely to matter, and there is CPU time left to take it in.
    pub(crate) fn may_admit(&mut self, now: Duration) -> bool {
        !self.are_small() && self.may_attribute(now)
    }

    /// Whether there is CPU time left to read what one was started with.
    pub(crate) fn may_attribute(&mut self, now: Duration) -> bool {
        self.admission.fill(now);
        self.admission.allows(COST_OF_ADMISSION)
    }

    pub(crate) fn spend_on_admission(&mut self, time: Duration) {
        self.admission.spend(time);
    }

    /// A process has ended whose largest observed size was `most`.
    pub(crate) fn note_size(&mut self, most: u64) {
        self.ended.note_size(most);
    }

    /// The end of a process was reported with the most that it had.
    pub(crate) fn note_high_water(&mut self) {
        self.ended.have_high_water = true;
    }

    /// How often those that have just started are worth a look.
    pub(crate) fn looks(&self) -> Looks {
        self.ended.looks()
    }

    /// Whether all that ended lately were small.
    pub(crate) fn are_small(&self) -> bool {
        self.ended.are_small()
    }

    /// Reports were lost: what they said is found by scans.
    pub(crate) fn scan_for_lost(&mut self) {
        self.scans_left = SAMPLES_TO_SHOW + 1;
        self.ended.small_in_a_row = 0;
    }

    /// Whether the samples scan for what was lost.
    pub(crate) fn scan_is_for_lost(&self) -> bool {
        self.are_reported && self.scans_left > 0
    }

    /// The process table could be scanned.
    pub(super) fn note_scan(&mut self) {
        self.has_scanned = true;
    }

    /// A sample is complete.
    pub(super) fn end_sample(&mut self) {
        if std::mem::take(&mut self.has_scanned) {
            self.scans_left = self.scans_left.saturating_sub(1);
        }
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

#[cfg(test)]
mod tests {
    use super::{EndedSizes, Looks, SMALL, SMALL_IN_A_ROW};

    #[test]
    fn young_processes_are_looked_at_until_all_that_ended_lately_were_small() {
        let mut ended = EndedSizes::default();
        for _ in 0..SMALL_IN_A_ROW {
            assert_eq!(ended.looks(), Looks::Often);
            ended.note_size(SMALL - 1);
        }
        assert_eq!(ended.looks(), Looks::Seldom);
        ended.have_high_water = true;
        assert_eq!(ended.looks(), Looks::Never);
        ended.note_size(SMALL);
        assert_eq!(ended.looks(), Looks::Often);
    }
}
