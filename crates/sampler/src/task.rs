//! The tasks that processes are accounted to.
//!
//! Tasks nest, and a task's figures include those of the tasks inside it.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Account, Counted};

use crate::estimate::{Estimate, ReadPages, Sums};
use crate::lifetimes::Lifetimes;
use crate::member::Member;
use crate::page_reads::{LastWalk, Need};
use crate::programs::Programs;
use crate::samples::SampleSource;
use crate::timeline::{Point, Timeline};
use crate::uncertain_span::UncertainSpan;
use crate::{LargestProcess, Peak, Program, Samples, TaskRecord};

/// Points that are kept of the timeline of a task inside another.
const POINTS_WITHIN: usize = 100;

/// One task of a sampler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskId(pub(crate) usize);

#[derive(Debug, Default)]
pub(crate) struct Task {
    pub(crate) enclosing: Option<TaskId>,
    /// Whether it is there for the tasks inside it and was not started at a process.
    pub(crate) is_group: bool,
    /// Its number among the groups that were opened in the one around it.
    number: Option<u32>,
    /// How many were opened in it.
    groups: u32,
    pub(crate) record: TaskRecord,
    pub(crate) sums: Sums,
    /// What it has by the last sample.
    pub(crate) estimate: Estimate,
    /// What the kernel counts of it, where it does.
    pub(crate) account: Option<Box<dyn Account>>,
    pub(crate) counted: Option<Counted>,
    pub(crate) last_walk: LastWalk,
    /// What it counted of mapped pages when the processes were last summed up.
    pub(crate) mapped_with_sums: Option<u64>,
    /// Pages of files that its processes have by those that were read, and as of when.
    pub(crate) read_pages: Option<(ReadPages, (u64, u64))>,
    /// What it had at most at the sample before; `None` when others have come into it since.
    before: Option<u64>,
    /// The most that it can have had at any sample of the present window, with what was taken until
    /// the next.
    window_high: u64,
    window_given_back: u64,
    /// What has happened since its memory was last known well.
    span: UncertainSpan,
    /// Its resident memory, and what it was estimated to have, at the last sample but one.
    pub(crate) sizes_before: (u64, u64),
    /// What has been given back since the sample before, also with processes that are gone.
    pub(crate) given_back: u64,
    /// Of the processes that ended since the sample before and of whose memory nothing was told.
    pub(crate) ended: u64,
    /// Of those that came and went since the sample before, as far as it was told.
    pub(crate) lifetimes: Lifetimes,
    /// What the processes can have had at most in the last few gaps.
    recent: [u64; 5],
    /// The course since somebody asked for it, once somebody has.
    course: Option<Timeline>,
    /// Where somebody wants to know them.
    programs: Option<Programs>,
    /// For those who read every sample.
    sources: Vec<SampleSource>,
}

/// The slots of all tasks. A number is given out again when its task has ended.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Vec<Option<Task>>);

impl Tasks {
    pub(crate) fn add(&mut self, enclosing: Option<TaskId>) -> TaskId {
        let task = Some(Task {
            enclosing,
            ..Task::default()
        });
        if let Some(place) = self.0.iter().position(Option::is_none) {
            self.0[place] = task;
            TaskId(place)
        } else {
            self.0.push(task);
            TaskId(self.0.len() - 1)
        }
    }

    /// A task that was found inside another, of which there may be many.
    pub(crate) fn add_within(&mut self, enclosing: TaskId) -> TaskId {
        self.add_with(enclosing, POINTS_WITHIN)
    }

    /// A part of a task that was found, whose course nobody asks for.
    pub(crate) fn add_part(&mut self, enclosing: TaskId) -> TaskId {
        self.add_with(enclosing, 0)
    }

    fn add_with(&mut self, enclosing: TaskId, points: usize) -> TaskId {
        let id = self.add(Some(enclosing));
        if let Some(task) = self.get_mut(id) {
            task.record.timeline = Timeline::of_points(points);
        }
        id
    }

    pub(crate) fn add_group(&mut self, enclosing: Option<TaskId>) -> TaskId {
        let around = enclosing.and_then(|id| self.get_mut(id));
        let number = around.map(|around| {
            around.groups += 1;
            around.groups - 1
        });
        let id = self.add(enclosing);
        if let Some(group) = self.get_mut(id) {
            group.is_group = true;
            group.number = number;
        }
        id
    }

    /// Whether its figures are told on their own: nothing is around it, or a group of tasks.
    pub(crate) fn stands_alone(&self, id: TaskId) -> bool {
        let enclosing = self.get(id).and_then(|task| task.enclosing);
        enclosing.is_none_or(|id| self.get(id).is_some_and(|task| task.is_group))
    }

    /// Takes a task out. Those inside it are in the enclosing one from now on.
    pub(crate) fn remove(&mut self, id: TaskId) -> Option<Task> {
        let task = self.0.get_mut(id.0)?.take()?;
        for inner in self
            .0
            .iter_mut()
            .flatten()
            .filter(|inner| inner.enclosing == Some(id))
        {
            inner.enclosing = task.enclosing;
        }
        Some(task)
    }

    pub(crate) fn get(&self, id: TaskId) -> Option<&Task> {
        self.0.get(id.0)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.0.get_mut(id.0)?.as_mut()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Every number that may be a task's.
    pub(crate) fn ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.0.len()).map(TaskId)
    }

    /// Takes a task out to look at the others while it changes. Until it is put back it cannot be
    /// looked up, but it still counts as around those inside it.
    pub(crate) fn take_out(&mut self, id: TaskId) -> Option<Task> {
        self.0.get_mut(id.0)?.take()
    }

    pub(crate) fn put_back(&mut self, id: TaskId, task: Task) {
        self.0[id.0] = Some(task);
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Task> {
        self.0.iter_mut().flatten()
    }

    pub(crate) fn is_within(&self, inner: TaskId, outer: TaskId) -> bool {
        let mut outwards = std::iter::successors(Some(inner), |&id| self.get(id)?.enclosing);
        outwards.any(|task| task == outer)
    }

    /// The group of `outer` that a task is in, by its number.
    pub(crate) fn group_of(&self, inner: TaskId, outer: TaskId) -> Option<u32> {
        let mut outwards = std::iter::successors(Some(inner), |&id| self.get(id)?.enclosing);
        let is_in_outer =
            |id: &TaskId| self.get(*id).and_then(|task| task.enclosing) == Some(outer);
        self.get(outwards.find(is_in_outer)?)?.number
    }

    /// Does something to the task and to every one around it.
    pub(crate) fn each_outwards(&mut self, id: TaskId, mut act: impl FnMut(&mut Task)) {
        let mut next = Some(id);
        while let Some(task) = next.and_then(|id| self.get_mut(id)) {
            act(task);
            next = task.enclosing;
        }
    }

    /// The same up to the first that is around the other task as well.
    pub(crate) fn each_outwards_not_around(
        &mut self,
        id: TaskId,
        other: TaskId,
        mut act: impl FnMut(&mut Task),
    ) {
        let mut next = Some(id);
        while let Some(id) = next.filter(|&id| !self.is_within(other, id)) {
            next = self.get_mut(id).and_then(|task| {
                act(task);
                task.enclosing
            });
        }
    }
}

/// What is known of the time between two samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    /// When it ended.
    pub(crate) at: Duration,
    /// Processes that came and went without ever showing, in this gap or in one of the last.
    pub(crate) unseen: u64,
    /// What all CPUs can have written within it.
    pub(crate) written_at_most: u64,
    /// What of that those have who are still there.
    pub(crate) taken: u64,
}

impl Task {
    /// Takes in what it has at a sample. `peak` makes one of it, where it is the highest. What is torn
    /// was not all there at one instant, and says nothing of how much there was at least.
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
        // Once nobody is there, one point says it.
        if sums.alive > 0 || record.timeline.ends_above_zero() {
            let point = Point {
                at: now,
                bytes: total.best,
            };
            record.timeline.add(point);
            if let Some(course) = &mut self.course {
                course.add(point);
            }
            for source in &self.sources {
                source.add(point);
            }
        }
        if total.best > self.peak_bytes() {
            self.span.take_peak(&mut self.record.peak, peak(), total);
        }
    }

    pub(crate) fn peak_bytes(&self) -> u64 {
        self.record.peak.as_ref().map_or(0, |peak| peak.bytes)
    }

    /// Families were walked over; the estimates since the walk before were too high by so much, where
    /// that is known.
    pub(crate) fn take_walks(&mut self, need: Need, too_high: Option<u64>) {
        self.last_walk = LastWalk {
            best: self.estimate.total.best,
            was_rising: need == Need::Rising,
        };
        if let Some(bytes) = too_high {
            let floor = self.record.floor_bytes;
            self.span.lower_by(&mut self.record.peak, bytes, floor);
        }
    }

    /// One of its processes turns out to have been larger by so much, some time after it was first
    /// seen.
    pub(crate) fn raise(&mut self, first_seen: Duration, bytes: u64) {
        self.record.ceiling.raise(first_seen, bytes);
        self.span.raise(bytes);
    }

    /// Others have come into it that were there before.
    pub(crate) fn forget_before(&mut self) {
        self.before = None;
    }

    /// What it can have had at most since the sample before, where nobody can have written more than
    /// so much.
    pub(crate) fn most_in_gap(&self, unseen: u64, written_at_most: u64, taken: u64) -> u64 {
        let upper = self.estimate.total.upper;
        match self.before {
            Some(before) if self.ended + unseen > 0 || !self.lifetimes.is_empty() => {
                let by_end = upper + self.given_back + written_at_most.saturating_sub(taken);
                (before + written_at_most).min(by_end)
            }
            _ => upper + self.sums.hidden.min(written_at_most),
        }
    }

    /// `most_of` tells what a living process can have had at most.
    pub(crate) fn close_gap(&mut self, gap: Gap, most_of: impl Fn(u32) -> u64) {
        let Gap {
            at,
            unseen,
            written_at_most,
            taken,
        } = gap;
        let total = self.estimate.total;
        let gap_bytes = self.lifetimes.close(most_of);
        // In between, who is there can have had more, and who is not there any more, something.
        let hidden = self.sums.hidden + (gap_bytes.most_at_once - gap_bytes.at_the_end);
        let hidden = hidden.min(written_at_most);
        let most = total.upper + hidden;
        self.recent.rotate_right(1);
        self.recent[0] = most;
        let given_back = std::mem::take(&mut self.given_back);
        // Who has gone had what it gave back, and what was written and is nobody's now.
        let by_end = total.upper + hidden + given_back + written_at_most.saturating_sub(taken);
        let written = self
            .before
            .map(|before| (before + written_at_most).min(by_end));
        let before = self.before.unwrap_or(total.upper);
        self.window_high = self.window_high.max(total.upper).max(before + taken);
        self.before = Some(total.upper);
        self.window_given_back += given_back;
        self.span.give_back(given_back);
        let ended = std::mem::take(&mut self.ended) + unseen;
        if ended > 0 {
            let most = if unseen == 0 {
                most
            } else {
                self.recent.into_iter().max().unwrap_or(0)
            };
            let ceiling = &mut self.record.ceiling;
            ceiling.add_gap_with_ends(at, most, ended, written);
        }
        // What is said of a gap that some ended in does not hold for its end.
        let (most, hidden) = match ended {
            0 => (
                written.map_or(most, |written| most.min(written.max(total.lower))),
                hidden,
            ),
            _ => (total.upper, 0),
        };
        if let Some(most) = self
            .span
            .close_gap(&mut self.record.peak, total, most, hidden)
        {
            self.record.ceiling.add_gap(at, most);
        }
    }

    /// The most that it can have had in the window so far.
    pub(crate) fn window_high(&self) -> u64 {
        self.window_high
    }

    /// The window is over, and so much was written in it that nobody has who was seen.
    pub(crate) fn close_window(&mut self, at: Duration, unseen: u64) {
        let high = std::mem::take(&mut self.window_high);
        let given_back = std::mem::take(&mut self.window_given_back);
        if unseen == 0 || high == 0 {
            return;
        }
        let total = self.estimate.total;
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
        // An estimate never says more than what is known.
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

    /// The course since this was last called, as so many points at most. The first call begins it.
    pub(crate) fn take_course(&mut self, points: usize) -> Vec<Point> {
        let next = Some(Timeline::of_points(points));
        let course = std::mem::replace(&mut self.course, next);
        course.map_or_else(Vec::new, |course| course.at_most(points))
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

    /// What its processes have by program, where somebody wants to know it.
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
                description: Arc::clone(&member.named.description),
                bytes: member.memory.highest,
                shared_bytes: member.memory.shared(),
            });
        }
    }
}
