//! The tasks that processes are accounted to.
//!
//! Tasks nest, and a task's figures include those of the tasks inside it.

use crate::task::Task;
use crate::timeline::Timeline;

/// Points that are kept of the timeline of a task inside another.
const POINTS_WITHIN: usize = 100;

/// A task of a sampler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskId(pub(crate) usize);

/// The slots of all tasks. A number is given out again when its task has ended.
#[derive(Debug, Default)]
pub(crate) struct Tasks(Vec<Option<Task>>);

impl Tasks {
    pub(crate) fn add(&mut self, enclosing: Option<TaskId>) -> TaskId {
        let task = Some(Task::within(enclosing));
        if let Some(place) = self.0.iter().position(Option::is_none) {
            self.0[place] = task;
            TaskId(place)
        } else {
            self.0.push(task);
            TaskId(self.0.len() - 1)
        }
    }

    /// Adds a task that was found inside another; there may be many.
    pub(crate) fn add_within(&mut self, enclosing: TaskId) -> TaskId {
        self.add_with(enclosing, POINTS_WITHIN)
    }

    /// Adds a part of a task that was found, without a timeline.
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

    /// Whether its figures are reported on their own: it is in no other task, or in a group of
    /// tasks.
    pub(crate) fn stands_alone(&self, id: TaskId) -> bool {
        let enclosing = self.get(id).and_then(|task| task.enclosing);
        enclosing.is_none_or(|id| self.get(id).is_some_and(|task| task.is_group))
    }

    /// Removes a task. The tasks inside it move to the enclosing one.
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

    /// Takes a task out, to read the others while it changes. Until it is put back it cannot be
    /// found, but still counts as around the tasks inside it.
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

    /// Calls `act` with the task and every task around it.
    pub(crate) fn each_outwards(&mut self, id: TaskId, mut act: impl FnMut(&mut Task)) {
        let mut next = Some(id);
        while let Some(task) = next.and_then(|id| self.get_mut(id)) {
            act(task);
            next = task.enclosing;
        }
    }

    /// The same up to the first task that is around the other as well.
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
