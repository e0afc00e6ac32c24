//! The tasks that processes are accounted to.
//!
//! Tasks nest, and a task's figures include those of the tasks inside it.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::ProcessId;

use crate::lives::Lives;
use crate::member::Member;
use crate::programs::Programs;
use crate::samples::SampleSource;
use crate::timeline::{Point, Timeline};
use crate::{LargestProcess, Peak, PeakMetric, ProcessAtPeak, Program, Samples, TaskRecord};

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
    /// Of the processes that ended since the sample before and of whose memory nothing was told.
    pub(crate) ended: u64,
    /// Of those that came and went since the sample before, as far as it was told.
    pub(crate) lives: Lives,
    /// What the processes can have had at most in the last few gaps.
    recent: [u64; 5],
    /// The course since somebody asked for it, once somebody has.
    course: Option<Timeline>,
    /// Where somebody wants to know them.
    programs: Option<Programs>,
    /// For those who read every sample.
    sources: Vec<SampleSource>,
}

/// One sample's figures of one task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) alive: u64,
    pub(crate) rss: u64,
    pub(crate) share: u64,
    pub(crate) uncertain: u64,
    /// What the processes can have had at most since the sample before.
    pub(crate) most: u64,
    /// The part that belongs to files or to shared memory.
    pub(crate) shared: u64,
    /// One process and what it has but for files: whoever shares that, it is there once.
    pub(crate) floor: Option<(ProcessId, u64)>,
}

impl Sums {
    /// What one process adds: by its share of what others have, too, or in full.
    pub(crate) fn of<H>(member: &Member<H>, by_share: bool) -> Self {
        let alive = Self {
            alive: 1,
            ..Self::default()
        };
        let memory = &member.memory;
        if member.borrows_from.is_some() {
            return alive;
        }
        let (share, uncertain) = if by_share {
            (memory.share(), memory.uncertain())
        } else {
            (memory.rss, 0)
        };
        Self {
            rss: memory.rss,
            share,
            uncertain,
            most: share + memory.highest.saturating_sub(memory.rss),
            shared: memory.shared(),
            ..alive
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.alive += other.alive;
        self.rss += other.rss;
        self.share += other.share;
        self.uncertain += other.uncertain;
        self.most += other.most;
        self.shared += other.shared;
    }

    /// Whether what is uncertain is too little to matter.
    pub(crate) fn is_settled(&self) -> bool {
        self.uncertain <= self.share / 50
    }

    /// The sum as far as it is certain.
    pub(crate) fn certain(&self) -> u64 {
        let summed = if self.is_settled() {
            self.share
        } else {
            self.share - self.uncertain
        };
        self.floor_above(summed).map_or(summed, |(_, floor)| floor)
    }

    fn floor_above(&self, summed: u64) -> Option<(ProcessId, u64)> {
        self.floor.filter(|&(_, floor)| floor > summed)
    }

    /// The one process that alone is more than the sum as far as that is certain.
    fn stands_alone(&self) -> Option<ProcessId> {
        let summed = self.share - self.uncertain;
        let floor = self.floor_above(summed).filter(|_| !self.is_settled());
        floor.map(|(id, _)| id)
    }
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

impl Task {
    /// Takes in the sums of a sample. `members` are those of this task, for when it is a peak, and
    /// `group_of` tells in which group of it an account is.
    pub(crate) fn settle<'a, H: 'a>(
        &mut self,
        now: Duration,
        metric: PeakMetric,
        members: impl Iterator<Item = &'a Member<H>> + Clone,
        group_of: impl Fn(TaskId) -> Option<u32>,
    ) {
        let sums = self.sums;
        if let Some(programs) = &mut self.programs {
            let processes = members.clone().map(|member| {
                let name = member.named.description.name.as_str();
                (name, certain_part(member, &sums))
            });
            programs.add(now, processes);
        }
        let record = &mut self.record;
        record.max_alive = record.max_alive.max(sums.alive);
        record.highest_rss_bytes = record.highest_rss_bytes.max(sums.rss);
        record.most_shared_bytes = record.most_shared_bytes.max(sums.shared);
        // Of all its pages, a process has each once.
        let largest = members
            .clone()
            .filter(|member| metric == PeakMetric::Unique && member.borrows_from.is_none())
            .max_by_key(|member| member.memory.rss)
            .map_or(0, |member| member.memory.rss);
        let certain = sums.certain().max(largest);
        // Once nobody is there, one point says it.
        if sums.alive > 0 || record.timeline.ends_above_zero() {
            let point = Point {
                at: now,
                bytes: certain,
            };
            record.timeline.add(point);
            if let Some(course) = &mut self.course {
                course.add(point);
            }
            for source in &self.sources {
                source.add(point);
            }
        }
        if certain > record.peak.as_ref().map_or(0, |peak| peak.bytes) {
            let mut processes = record
                .peak
                .take()
                .map_or_else(Vec::new, |peak| peak.processes);
            processes.clear();
            for member in members.filter(|member| member.memory.rss > 0) {
                processes.push(at_peak(member, &sums, group_of(member.task)));
            }
            if let Some(largest) = processes.iter_mut().max_by_key(|one| one.rss_bytes) {
                largest.bytes += certain - sums.certain();
            }
            record.floor_bytes = certain;
            record.peak = Some(Peak {
                bytes: certain,
                metric,
                rss_bytes: sums.rss,
                anon_bytes: None,
                mapped_bytes: None,
                at: now,
                processes,
            });
        }
    }

    /// `unseen` processes came and went without ever showing, in this gap or in one of the last.
    /// `most_of` tells what a living process can have had at most.
    pub(crate) fn close_gap(&mut self, at: Duration, unseen: u64, most_of: impl Fn(u32) -> u64) {
        let lives = self.lives.close(most_of);
        let throughout = self.sums.most.saturating_sub(lives.at_the_end);
        let most = throughout + lives.most_at_once;
        self.recent.rotate_right(1);
        self.recent[0] = most;
        let most = if unseen == 0 {
            most
        } else {
            self.recent.into_iter().max().unwrap_or(0)
        };
        self.record
            .ceiling
            .add_gap(at, most, std::mem::take(&mut self.ended) + unseen);
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

/// What one process adds to the sum, as far as that is certain.
fn certain_part<H>(member: &Member<H>, sums: &Sums) -> u64 {
    let memory = &member.memory;
    match sums.stands_alone() {
        _ if member.borrows_from.is_some() => 0,
        Some(id) if id == member.id => sums.certain(),
        Some(_) => 0,
        None if sums.is_settled() => memory.share(),
        None => memory.share() - memory.uncertain(),
    }
}

fn at_peak<H>(member: &Member<H>, sums: &Sums, group: Option<u32>) -> ProcessAtPeak {
    ProcessAtPeak {
        id: member.id,
        parent: member.parent,
        task: member.task,
        group,
        first_seen: member.first_seen,
        description: Arc::clone(&member.named.description),
        bytes: certain_part(member, sums),
        rss_bytes: member.memory.rss,
        pss_bytes: None,
    }
}
