//! Processes join the trees, and leave them.

use std::collections::HashMap;
use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{Birth, Descendants, Error, Observer, ParentLink, ProcessId};

use super::Sampler;
use super::memory_origin::MemoryOrigin;
use crate::TaskId;
use crate::member::{CachedDescription, Ending, Member};

impl<O: Observer> Sampler<O> {
    pub(super) fn claim_descendants(
        &mut self,
        task: TaskId,
        enclosing: Option<TaskId>,
        root: ProcessId,
        births: &[Birth],
        now: Duration,
    ) {
        let table = births.iter().map(|birth| ParentLink {
            id: birth.id,
            parent: birth.parent,
        });
        let birth_of: HashMap<ProcessId, &Birth> =
            births.iter().map(|birth| (birth.id, birth)).collect();
        for id in Descendants::of(table).with_descendants(&[root]) {
            let Some(birth) = birth_of.get(&id) else {
                continue;
            };
            if let Some(index) = self.tree.index_of(id.pid) {
                self.claim(index, task, enclosing);
            } else {
                self.admit(birth, task, now);
                // It has been running for a while, and what it has written since is unknown.
                self.with_member(id.pid, |_, _, member| member.last_observation.faults = None);
            }
        }
    }

    /// Puts a process that is watched already into a new task, around or inside its own.
    fn claim(&mut self, index: usize, task: TaskId, enclosing: Option<TaskId>) {
        let owner = self.tree.members()[index].task;
        let outside = self.tasks.get(owner).and_then(|owner| owner.enclosing);
        self.files.change();
        if enclosing.is_some_and(|inner| self.tasks.is_within(inner, owner)) {
            self.tree.reassign(index, task);
            // Tasks from the owner outwards have counted it already.
            let mut next = Some(task).filter(|&task| task != owner);
            while let Some(task) = next.and_then(|id| self.tasks.get_mut(id)) {
                task.record.seen += 1;
                task.forget_before();
                next = task.enclosing.filter(|&outer| outer != owner);
            }
        } else if outside == enclosing
            && owner != task
            && let Some(owner) = self.tasks.get_mut(owner)
        {
            owner.enclosing = Some(task);
        }
    }

    /// Scans for births, where they are not reported.
    pub(super) fn admit_births(&mut self, now: Duration) -> Result<(), Error> {
        if self.births.are_reported() {
            return Ok(());
        }
        let mut births = self.births.take();
        let outcome = self.observer.births(&mut births);
        if outcome.is_ok() {
            self.births.note_scan();
        }
        if self.births.scan_is_for_lost() {
            for index in 0..self.tree.len() {
                self.detect_exec(index);
            }
        }
        let before = (!births.is_empty()).then(thread_cpu);
        births.retain(|birth| !self.has_ended(birth.id));
        for birth in &births {
            self.release_pid(birth.id);
        }
        // A child may be listed before its parent; go on until no other finds its task.
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
        self.births.put_back(births);
        if let Some(before) = before {
            let cost = thread_cpu().saturating_sub(before);
            self.progress.add_admission(cost);
        }
        outcome
    }

    /// A process with the pid of a former member means that the member is gone; the task of that
    /// one says nothing about the new one.
    pub(crate) fn release_pid(&mut self, id: ProcessId) {
        match self.tree.index_of(id.pid) {
            Some(index) if self.tree.members()[index].id == id => return,
            Some(index) => self.remove_member(index),
            None => {}
        }
        self.tree.forget_lineage(id.pid);
    }

    pub(super) fn admit(&mut self, birth: &Birth, task: TaskId, now: Duration) {
        if self.tree.index_of(birth.id.pid).is_some() {
            return;
        }
        let found = u64::from(!self.births.are_reported());
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
                self.progress.note_failure(&error);
                return self.count(task, |record| record.unmeasured += 1);
            }
        };
        let description = self.observer.describe(birth.id).unwrap_or_default();
        let description = CachedDescription::new(description, self.progress.ticks());
        let origin = self.memory_origin(birth, &description);
        self.add_member(Member::of(birth, task, handle, description, now), origin);
        if self.attribution.is_on() {
            self.attribute_process(birth.id.pid, None, now);
        }
    }

    pub(crate) fn add_member(&mut self, mut member: Member<O::Handle>, origin: MemoryOrigin) {
        let pid = member.id.pid;
        self.discard_walks_of(member.parent);
        match origin {
            MemoryOrigin::Borrowed(lender) => {
                member.borrows_from = Some(lender);
                // From its birth on.
                member.last_observation.faults = Some(0);
            }
            MemoryOrigin::Forked { .. } | MemoryOrigin::ForkedUnseen { .. } => {
                member.last_observation.faults = Some(member.faults_before);
            }
            MemoryOrigin::Own | MemoryOrigin::ForkedOutside => {}
        }
        self.tree.admit(member);
        if self.page_reads.metric() == crate::Metric::Auto {
            self.join_family(pid, origin);
        }
    }

    pub(crate) fn remove_member(&mut self, index: usize) {
        let pid = self.tree.members()[index].id.pid;
        self.forget(pid, None, self.progress.now());
        let was_releasing = matches!(self.tree.members()[index].ending, Ending::Releasing { .. });
        let released = self.end_release(index);
        let is_handed_over = self.hand_over_memory(index);
        let task_has_the_rest = self.has_task_the_family_of(index);
        let given_back = if is_handed_over {
            0
        } else {
            self.leave_family(index)
        };
        let member = self.tree.remove(index);
        let most = if task_has_the_rest {
            member.most().min(given_back + member.hidden_ever())
        } else {
            member.most()
        };
        if member.memory.mapped.is_some() || is_handed_over {
            self.files.change();
        }
        self.dissolve_single_families();
        let are_reported = self.births.are_reported();
        self.tasks.each_outwards(member.task, |task| {
            task.given_back += given_back;
            task.released += released;
            if was_releasing {
                // It has taken no more since.
                task.lifetimes.ended(member.id.pid, Some(0));
            } else if member.is_exiting {
                task.lifetimes.ended(member.id.pid, Some(most));
            } else if are_reported {
                task.lifetimes.ended(member.id.pid, None);
            } else if member.ending == Ending::NotBegun {
                task.ended += 1;
            }
        });
        // A process that only ever ran in its parent's memory had none of its own.
        let had_none = member.is_exiting && member.borrows_from.is_some();
        if !member.memory.measured() && !had_none {
            self.count(member.task, |record| record.unmeasured += 1);
        }
    }
}
