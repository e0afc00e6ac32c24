//! What is known of one task.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{GroupCounters, GroupMemory};

use crate::bracket::Bracket;
use crate::estimate::{Estimate, ReadPages, Sums};
use crate::lifetimes::{GapBytes, Lifetimes};
use crate::member::Member;
use crate::page_reads::{LastWalk, ReadingPurpose};
use crate::programs::Programs;
use crate::samples::SampleSource;
use crate::timeline::{Point, Timeline};
use crate::uncertain_span::UncertainSpan;
use crate::{LargestProcess, Peak, Program, Samples, TaskId, TaskRecord};

#[derive(Debug, Default)]
pub(crate) struct Task {
    pub(crate) enclosing: Option<TaskId>,
    /// Whether it only holds other tasks and was not started at a process.
    pub(crate) is_group: bool,
    /// Its number among the groups that were opened in the one around it.
    pub(crate) number: Option<u32>,
    /// How many were opened in it.
    pub(crate) groups: u32,
    pub(crate) record: TaskRecord,
    pub(crate) sums: Sums,
    /// Its memory at the last sample.
    pub(crate) estimate: Estimate,
    /// Its counters in the kernel, where there are any.
    pub(crate) counters: Option<Box<dyn GroupCounters>>,
    /// What they last counted.
    pub(crate) counted: Option<GroupMemory>,
    pub(crate) last_walk: LastWalk,
    /// What the counters had of mapped pages when processes were last summed up.
    pub(crate) mapped_with_sums: Option<u64>,
    /// File pages of its processes, as far as they were read, and the versions of files and tree
    /// then.
    pub(crate) read_pages: Option<(ReadPages, (u64, u64))>,
    /// Its upper bound at the sample before; `None` when processes have moved into it since.
    before: Option<u64>,
    /// The most that it can have had at any sample of the present window, with growth until the
    /// next.
    window_high: u64,
    window_given_back: u64,
    /// The time since its memory was last known well.
    span: UncertainSpan,
    /// Its resident memory and its estimate at the last sample but one.
    pub(crate) sizes_before: (u64, u64),
    /// What its processes have given back since the sample before, also ended ones.
    pub(crate) given_back: u64,
    /// What was freed since the sample before of what no process showed by then.
    pub(crate) released: u64,
    /// Processes that ended since the sample before and whose high-water mark is unknown.
    pub(crate) ended: u64,
    /// Starts and ends since the sample before, as far as they were reported.
    pub(crate) lifetimes: Lifetimes,
    /// The upper bounds of the last few gaps.
    recent: [u64; 5],
    /// The timeline since it was last taken, once it was.
    segment: Option<Timeline>,
    /// Kept where it was asked for.
    programs: Option<Programs>,
    /// For readers of every sample.
    sources: Vec<SampleSource>,
}

/// What is known of the time between two samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    /// When it ended.
    pub(crate) at: Duration,
    /// Processes that came and went without ever being seen, in this gap or one of the last.
    pub(crate) unseen: u64,
    /// What can have been written on the whole machine.
    pub(crate) written_at_most: u64,
    /// What of that living processes have allocated.
    pub(crate) taken: u64,
}

/// The most that a task can have had in a gap.
#[derive(Clone, Copy, Debug)]
struct GapBounds {
    /// By the sizes of its processes, where those are known.
    by_sizes: u64,
    /// By what was there before and what can have been written since.
    by_writing: Option<u64>,
    /// What was written and is in no sample.
    hidden: u64,
}

impl Task {
    pub(crate) fn within(enclosing: Option<TaskId>) -> Self {
        Self {
            enclosing,
            ..Self::default()
        }
    }

    /// Records its estimate at a sample, with `peak` where it is the highest. A torn estimate is
    /// not of one instant, and raises no lower bound.
    pub(crate) fn record_sample(
        &mut self,
        now: Duration,
        is_torn: bool,
        peak: impl FnOnce() -> Peak,
    ) {
        let (sums, total) = (self.sums, self.estimate.total);
        let record = &mut self.record;
        record.max_alive = record.max_alive.max(sums.alive);
        record.highest_rss_bytes = record.highest_rss_bytes.max(sums.rss);
        record.most_mapped_bytes = record.most_mapped_bytes.max(self.estimate.mapped.upper);
        if !is_torn {
            record.floor_bytes = record.floor_bytes.max(total.lower);
        }
        // One point says that no process is alive.
        if sums.alive > 0 || record.timeline.ends_above_zero() {
            self.add_point(Point {
                at: now,
                bytes: total.best,
            });
        }
        if total.best > self.peak_bytes() {
            self.span.record_peak(&mut self.record.peak, peak(), total);
        }
    }

    /// Records a process that ended before a sample saw all of its memory, with what the others
    /// had.
    pub(crate) fn record_short_life(&mut self, now: Duration, peak: Peak, total: Bracket) {
        let record = &mut self.record;
        record.max_alive = record.max_alive.max(peak.processes.len() as u64);
        record.highest_rss_bytes = record.highest_rss_bytes.max(peak.rss_bytes);
        record.floor_bytes = record.floor_bytes.max(total.lower);
        self.add_point(Point {
            at: now,
            bytes: total.best,
        });
        // No later sample says anything about it.
        let total = Bracket::exactly(total.best);
        self.span.record_peak(&mut self.record.peak, peak, total);
    }

    fn add_point(&mut self, point: Point) {
        self.record.timeline.add(point);
        if let Some(segment) = &mut self.segment {
            segment.add(point);
        }
        for source in &self.sources {
            source.add(point);
        }
    }

    pub(crate) fn peak_bytes(&self) -> u64 {
        self.record.peak.as_ref().map_or(0, |peak| peak.bytes)
    }

    /// Pages of families were read. The estimates since the reading before were too high by
    /// `too_high`, where that is known.
    pub(crate) fn note_walks(&mut self, purpose: ReadingPurpose, too_high: Option<u64>) {
        self.last_walk = LastWalk {
            best: self.estimate.total.best,
            was_rising: purpose == ReadingPurpose::Rising,
        };
        if let Some(bytes) = too_high {
            let floor = self.record.floor_bytes;
            self.span.lower_by(&mut self.record.peak, bytes, floor);
        }
    }

    /// One of its processes turns out to have been larger, some time after it was first seen.
    pub(crate) fn raise(&mut self, first_seen: Duration, bytes: u64) {
        self.record.ceiling.raise(first_seen, bytes);
        self.span.raise(bytes);
    }

    /// Processes have moved into it that were alive before.
    pub(crate) fn forget_before(&mut self) {
        self.before = None;
    }

    /// What it has, at most with all that is not shown any more.
    fn total(&self) -> Bracket {
        let total = self.estimate.total;
        Bracket {
            upper: total.upper + self.sums.releasing,
            ..total
        }
    }

    /// What it can have had at most since the sample before. `most_of` gives the most that a living
    /// process can have had.
    pub(crate) fn most_in_gap(&self, gap: Gap, most_of: impl Fn(u32) -> u64) -> u64 {
        let lives = self.lifetimes.until_now(most_of);
        let bounds = self.bounds_in(gap, lives);
        let ended = self.ended + lives.unknown_at_once + gap.unseen;
        match bounds.by_writing {
            Some(by_writing) if ended > 0 => by_writing,
            Some(by_writing) => by_writing.min(bounds.by_sizes),
            None => bounds.by_sizes,
        }
    }

    /// Whether processes have started or ended since the sample before.
    pub(crate) fn has_changed_members(&self) -> bool {
        self.ended > 0 || !self.lifetimes.is_empty()
    }

    fn bounds_in(&self, gap: Gap, lives: GapBytes) -> GapBounds {
        let upper = self.total().upper;
        // In between, living processes can have had more, and ended ones something.
        let hidden = self.sums.hidden + lives.beyond_the_end();
        // What is not there at the end was given back: what was there before, and what was written
        // since and is in no living process.
        let gone = self.given_back + self.released + gap.written_at_most.saturating_sub(gap.taken);
        GapBounds {
            by_sizes: upper + gone.min(self.released + hidden),
            by_writing: self
                .before
                .map(|before| (before + gap.written_at_most).min(upper + gone)),
            hidden: hidden.min(gap.written_at_most),
        }
    }

    /// `most_of` gives the most that a living process can have had.
    pub(crate) fn close_gap(&mut self, gap: Gap, most_of: impl Fn(u32) -> u64) {
        let lives = self.lifetimes.close(most_of);
        let GapBounds {
            by_sizes,
            by_writing,
            hidden,
        } = self.bounds_in(gap, lives);
        let total = self.total();
        self.recent.rotate_right(1);
        self.recent[0] = by_sizes;
        let given_back = std::mem::take(&mut self.given_back) + std::mem::take(&mut self.released);
        let before = self.before.unwrap_or(total.upper);
        self.window_high = self.window_high.max(total.upper).max(before + gap.taken);
        self.before = Some(total.upper);
        self.window_given_back += given_back;
        self.span.give_back(given_back);
        let ended = std::mem::take(&mut self.ended) + lives.unknown_at_once + gap.unseen;
        if ended > 0 {
            let most = if gap.unseen == 0 {
                by_sizes
            } else {
                self.recent.into_iter().max().unwrap_or(0)
            };
            let ceiling = &mut self.record.ceiling;
            ceiling.add_gap_with_ends(gap.at, most, ended, by_writing);
        }
        // What bounds a gap with ends does not hold for its end.
        let (most, hidden) = match ended {
            0 => {
                let by_writing = by_writing.unwrap_or(u64::MAX).max(total.lower);
                (by_sizes.min(by_writing), hidden)
            }
            _ => (total.upper, 0),
        };
        if let Some(most) = self
            .span
            .close_gap(&mut self.record.peak, total, most, hidden)
        {
            self.record.ceiling.add_gap(gap.at, most);
        }
    }

    /// The most that it can have had in the window so far.
    pub(crate) fn window_high(&self) -> u64 {
        self.window_high
    }

    /// The window is over. In it, `unseen` bytes were written that no sampled process has.
    pub(crate) fn close_window(&mut self, at: Duration, unseen: u64) {
        let high = std::mem::take(&mut self.window_high);
        let given_back = std::mem::take(&mut self.window_given_back);
        if unseen == 0 || high == 0 {
            return;
        }
        let total = self.total();
        let most = high.min(total.upper + given_back) + unseen;
        self.span.give_back_at_least(given_back);
        let most = self
            .span
            .close_gap(&mut self.record.peak, total, most, unseen);
        if let Some(most) = most {
            self.record.ceiling.add_gap(at, most);
        }
    }

    /// What is known, with what is still open.
    pub(crate) fn record(&self) -> TaskRecord {
        let mut record = self.record.clone();
        if let Some(most) = self.span.open() {
            record.ceiling.add_gap(Duration::MAX, most);
        }
        // An estimate is never above a bound.
        let bound = record
            .ceiling
            .bytes(None)
            .unwrap_or(u64::MAX)
            .max(record.floor_bytes);
        if let Some(peak) = record.peak.as_mut().filter(|peak| peak.bytes > bound) {
            peak.lower_to(bound);
        }
        let peak_bytes = record.peak.as_ref().map_or(0, |peak| peak.bytes);
        record.timeline.cap(peak_bytes);
        record
    }

    pub(crate) fn follow_programs(&mut self) {
        self.programs.get_or_insert_default();
    }

    pub(crate) fn programs(&self) -> &[Program] {
        self.programs.as_ref().map_or(&[], Programs::all)
    }

    /// The timeline since this was last called, as at most `points` points. The first call begins
    /// it.
    pub(crate) fn take_timeline_segment(&mut self, points: usize) -> Vec<Point> {
        let next = Some(Timeline::of_points(points));
        let segment = std::mem::replace(&mut self.segment, next);
        segment.map_or_else(Vec::new, |segment| segment.at_most(points))
    }

    /// Every sample from now on, and those before as far as they are kept.
    pub(crate) fn samples(&mut self) -> Samples {
        let (source, samples) = SampleSource::of(self.record.timeline.points());
        self.sources.push(source);
        samples
    }

    pub(crate) fn largest_bytes(&self) -> u64 {
        let largest = self.record.largest.as_ref();
        largest.map_or(0, |largest| largest.bytes)
    }

    /// The memory of its programs, where it was asked for.
    pub(crate) fn programs_to_follow(&mut self) -> Option<&mut Programs> {
        self.programs.as_mut()
    }

    pub(crate) fn note_size<H>(&mut self, member: &Member<H>) {
        if member.memory.highest > self.largest_bytes() {
            self.record.largest = Some(LargestProcess {
                id: member.id,
                parent: member.parent,
                task: member.task,
                first_seen: member.first_seen,
                description: Arc::clone(&member.description.current),
                bytes: member.memory.highest,
                shared_bytes: member.memory.shared(),
            });
        }
    }
}
