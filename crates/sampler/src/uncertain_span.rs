//! The time since a task's memory was last known well. What is found out at its end bounds all of
//! it: memory that was there and is gone was given back, and that is counted.

use crate::Peak;
use crate::bracket::Bracket;

/// The bounds are close if they differ by at most 1/100 of the estimate.
const CLOSE_DIVISOR: u64 = 100;

#[derive(Debug, Default)]
pub(crate) struct UncertainSpan {
    /// What the task can have had at most in any of its gaps.
    most: u64,
    /// What can have been hidden in any of them.
    hidden: u64,
    given_back: u64,
    /// Whether the peak is an estimate of this span.
    has_peak: bool,
    /// The peak is newer than the last walk.
    is_peak_new: bool,
    /// The peak before that.
    peak_before: Option<Peak>,
}

impl UncertainSpan {
    pub(crate) fn give_back(&mut self, bytes: u64) {
        self.given_back += bytes;
    }

    /// What was given back in a time that began before this span did.
    pub(crate) fn give_back_at_least(&mut self, bytes: u64) {
        self.given_back = self.given_back.max(bytes);
    }

    /// `bytes` more were hidden in one of its gaps, or before.
    pub(crate) fn raise(&mut self, bytes: u64) {
        if self.most > 0 {
            self.most += bytes;
            self.hidden += bytes;
        }
    }

    /// The most that the task can have had, while that is still open.
    pub(crate) fn open(&self) -> Option<u64> {
        (self.most > 0).then_some(self.most)
    }

    /// A new highest estimate.
    pub(crate) fn record_peak(&mut self, peak: &mut Option<Peak>, new: Peak, total: Bracket) {
        let before = peak.replace(new);
        let is_open = total.is_wider_than(CLOSE_DIVISOR);
        if is_open && !self.has_peak {
            self.peak_before = before;
        }
        if !is_open {
            self.peak_before = None;
        }
        self.has_peak = is_open;
        self.is_peak_new = is_open;
    }

    /// Estimates since the walk before were too high by `bytes`, but not below `floor`.
    pub(crate) fn lower_by(&mut self, peak: &mut Option<Peak>, bytes: u64, floor: u64) {
        if !std::mem::take(&mut self.is_peak_new) || bytes == 0 {
            return;
        }
        let estimate = peak.as_ref().map_or(0, |peak| peak.bytes);
        let bound = estimate.saturating_sub(bytes).max(floor);
        correct(peak, self.peak_before.clone(), bound);
    }

    /// A gap in which the task had at most `most`, with what can have been `hidden` in it. Once its
    /// memory is known well, returns the most that it can have had in the span.
    pub(crate) fn close_gap(
        &mut self,
        peak: &mut Option<Peak>,
        total: Bracket,
        most: u64,
        hidden: u64,
    ) -> Option<u64> {
        self.most = self.most.max(most);
        self.hidden = self.hidden.max(hidden);
        if total.is_wider_than(CLOSE_DIVISOR) {
            return None;
        }
        let Self {
            most,
            hidden,
            given_back,
            has_peak,
            is_peak_new: _,
            peak_before,
        } = std::mem::take(self);
        let bound = total.upper.saturating_add(given_back);
        if has_peak {
            correct(peak, peak_before, bound);
        }
        Some(most.min(bound.saturating_add(hidden)))
    }
}

/// The estimate cannot have been higher than `bound`. Then another one may have been higher.
fn correct(peak: &mut Option<Peak>, before: Option<Peak>, bound: u64) {
    if let Some(estimate) = peak.as_mut().filter(|estimate| estimate.bytes > bound) {
        estimate.lower_to(bound);
    }
    let bytes = |peak: &Option<Peak>| peak.as_ref().map_or(0, |peak| peak.bytes);
    if bytes(&before) > bytes(peak) {
        *peak = before;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::UncertainSpan;
    use crate::bracket::Bracket;
    use crate::{Peak, PeakMetric};

    fn peak(bytes: u64) -> Peak {
        Peak {
            bytes,
            metric: PeakMetric::Unique,
            anon_bytes: None,
            mapped_bytes: None,
            rss_bytes: bytes,
            at: Duration::ZERO,
            processes: Vec::new(),
        }
    }

    fn bytes(peak: Option<&Peak>) -> u64 {
        peak.map_or(0, |peak| peak.bytes)
    }

    #[test]
    fn what_is_read_later_says_how_much_there_can_have_been_before() {
        let mut span = UncertainSpan::default();
        let mut highest = Some(peak(300));
        let wide = Bracket::around(500, 900, 1_000);
        span.record_peak(&mut highest, peak(900), wide);
        assert_eq!(span.close_gap(&mut highest, wide, 1_000, 0), None);
        assert_eq!((bytes(highest.as_ref()), span.open()), (900, Some(1_000)));
        span.give_back(60);
        let narrow = Bracket::exactly(500);
        assert_eq!(span.close_gap(&mut highest, narrow, 500, 7), Some(567));
        assert_eq!((bytes(highest.as_ref()), span.open()), (560, None));
    }

    #[test]
    fn an_estimate_that_was_too_high_gives_way_to_the_peak_before() {
        let mut span = UncertainSpan::default();
        let mut highest = Some(peak(700));
        let wide = Bracket::around(500, 900, 1_000);
        span.record_peak(&mut highest, peak(800), wide);
        span.record_peak(&mut highest, peak(900), wide);
        span.close_gap(&mut highest, Bracket::exactly(510), 510, 0);
        assert_eq!(bytes(highest.as_ref()), 700);
    }

    #[test]
    fn a_reading_lowers_the_estimates_before_it_by_what_the_last_was_wrong() {
        let mut span = UncertainSpan::default();
        let mut highest = Some(peak(300));
        let wide = Bracket::around(500, 900, 1_000);
        span.record_peak(&mut highest, peak(900), wide);
        span.lower_by(&mut highest, 150, 500);
        assert_eq!(bytes(highest.as_ref()), 750);
        span.lower_by(&mut highest, 150, 500);
        assert_eq!(bytes(highest.as_ref()), 750, "that came after it");
        span.record_peak(&mut highest, peak(950), wide);
        span.lower_by(&mut highest, 600, 500);
        assert_eq!(bytes(highest.as_ref()), 500);
        span.record_peak(&mut highest, peak(800), Bracket::exactly(800));
        span.lower_by(&mut highest, 100, 500);
        assert_eq!(bytes(highest.as_ref()), 800, "it was known well");
    }

    #[test]
    fn what_was_known_well_stays() {
        let mut span = UncertainSpan::default();
        let mut highest = None;
        let narrow = Bracket::exactly(800);
        span.record_peak(&mut highest, peak(800), narrow);
        assert_eq!(span.close_gap(&mut highest, narrow, 800, 0), Some(800));
        assert_eq!(
            span.close_gap(&mut highest, Bracket::exactly(10), 10, 0),
            Some(10)
        );
        assert_eq!(bytes(highest.as_ref()), 800);
    }
}
