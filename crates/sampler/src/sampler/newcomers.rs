//! Who comes into the trees, and who leaves them.

use std::collections::HashMap;
use std::time::Duration;

use memtop_proc::{Birth, Error, Observer, ProcessId};

use super::Sampler;
use crate::TaskId;
use crate::member::{Member, Memory, Named};

impl<O: Observer> Sampler<O> {
    pub(super) fn claim_descendants(
        &mut self,
        task: TaskId,
        enclosing: Option<TaskId>,
        root: ProcessId,
        births: &[Birth],
        now: Duration,
    ) {
        let mut children: HashMap<u32, Vec<&Birth>> = HashMap::new();
        for birth in births {
            children.entry(birth.parent).or_default().push(birth);
        }
        let mut open: Vec<&Birth> = births.iter().filter(|birth| birth.id == root).collect();
        while let Some(birth) = open.pop() {
            match self.tree.place_of(birth.id.pid) {
                Some(place) => {
                    let owner = self.tree.members()[place].task;
                    let outside = self.tasks.get(owner).and_then(|owner| owner.enclosing);
                    if enclosing.is_some_and(|inner| self.tasks.is_within(inner, owner)) {
                        self.tree.reassign(place, task);
                        // Those from the owner outwards have counted it already.
                        let mut next = Some(task).filter(|&task| task != owner);
                        while let Some(task) = next.and_then(|id| self.tasks.get_mut(id)) {
                            task.record.seen += 1;
                            next = task.enclosing.filter(|&outer| outer != owner);
                        }
                    } else if outside == enclosing
                        && owner != task
                        && let Some(owner) = self.tasks.get_mut(owner)
                    {
                        owner.enclosing = Some(task);
                    }
                }
                None => self.admit(birth, task, now),
            }
            open.extend(children.get(&birth.id.pid).into_iter().flatten());
        }
    }

    pub(super) fn admit_births(&mut self, now: Duration) -> Result<(), Error> {
        if self.newborns.are_all() {
            return Ok(());
        }
        let mut births = std::mem::take(&mut self.births);
        births.clear();
        let outcome = self.observer.births(&mut births);
        births.retain(|birth| !self.is_over(birth.id));
        for birth in &births {
            self.make_room_for(birth.id);
        }
        // A child may be listed before its parent; go on until nobody else can be placed.
        loop {
            let waiting = births.len();
            births.retain(|birth| match self.tree.task_of(birth) {
                Some(task) => {
                    self.admit(birth, task, now);
                    false
                }
                None => true,
            });
            if births.len() == waiting {
                break;
            }
        }
        self.births = births;
        outcome
    }

    /// A birth with the pid of a former member means that the member is gone, and what it
    /// belonged to says nothing about the newcomer.
    pub(crate) fn make_room_for(&mut self, id: ProcessId) {
        match self.tree.place_of(id.pid) {
            Some(place) if self.tree.members()[place].id == id => return,
            Some(place) => self.take_leave_of(place),
            None => {}
        }
        self.tree.forget_lineage(id.pid);
    }

    pub(super) fn admit(&mut self, birth: &Birth, task: TaskId, now: Duration) {
        if self.tree.place_of(birth.id.pid).is_some() {
            return;
        }
        let found = u64::from(!self.newborns.are_all());
        self.count(task, |record| {
            record.seen += 1;
            record.found += found;
        });
        let handle = match self.observer.watch(birth.id) {
            Ok(Some(handle)) => handle,
            Ok(None) => {
                self.tree.remember(birth.id.pid, task);
                self.tasks.each_outwards(task, |task| task.ended += 1);
                return self.count(task, |record| record.unmeasured += 1);
            }
            Err(error) => {
                self.first_failure.get_or_insert_with(|| error.to_string());
                return self.count(task, |record| record.unmeasured += 1);
            }
        };
        let description = self.observer.describe(birth.id).unwrap_or_default();
        let named = Named::new(description, self.ticks);
        let (forked, borrows_from) = self.kinship(birth, &named);
        self.take_in(Member {
            id: birth.id,
            task,
            handle,
            parent: birth.parent,
            first_seen: now,
            named,
            memory: Memory::of_relative(forked),
            borrows_from,
            is_leaving: false,
        });
        if self.attribution.is_on() {
            self.find_task_of(birth.id.pid, None, now);
        }
    }

    pub(crate) fn take_in(&mut self, member: Member<O::Handle>) {
        self.somebody_came = true;
        self.tree.admit(member);
    }

    /// Whether a newcomer may share its parent's memory: by `fork`, for as long as it runs the
    /// same program, or altogether, by `vfork`.
    fn kinship(&mut self, birth: &Birth, named: &Named) -> (bool, Option<ProcessId>) {
        let Some(place) = self.tree.place_of(birth.parent) else {
            return (false, None);
        };
        let parent = &mut self.tree.members_mut()[place];
        let same_program = parent.named.description.command == named.description.command;
        if !same_program {
            return (false, None);
        }
        if self.observer.same_memory(birth.id, parent.id) {
            return (false, Some(parent.id));
        }
        parent.memory.forked = true;
        (true, None)
    }

    pub(crate) fn take_leave_of(&mut self, place: usize) {
        let pid = self.tree.members()[place].id.pid;
        self.forget(pid, None, self.clock);
        let member = self.tree.remove(place);
        self.somebody_went = true;
        self.tasks.each_outwards(member.task, |task| {
            if member.is_leaving {
                task.lives.went(member.id.pid, member.most());
            } else {
                task.ended += 1;
            }
        });
        // One that only ever ran in its parent's memory had none of its own.
        let had_none = member.is_leaving && member.borrows_from.is_some();
        if !member.memory.measured() && !had_none {
            self.count(member.task, |record| record.unmeasured += 1);
        }
    }
}
