//! Takes in the events of processes.

use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{Error, HighWater, Observer, Reading};

use super::births::Looks;
use crate::member::ProgramOrigin;
use crate::unsampled::Unsampled;
use crate::{Event, InitialMemory, LargestProcess, Sampler};

impl<O: Observer> Sampler<O> {
    /// From now on [`Self::handle`] is called for every birth.
    pub fn expect_events(&mut self) {
        self.births.set_reported(true);
    }

    /// From now on some births are not reported, so the process table is scanned for all.
    pub fn look_for_births(&mut self) {
        self.births.set_reported(false);
    }

    /// The pid that was assigned last on the machine, where it matters whether all births until then
    /// are known: for walks over families.
    pub(crate) fn last_pid(&mut self) -> Option<u32> {
        if self.has_families() {
            self.observer.last_pid()
        } else {
            None
        }
    }

    /// At this time all births were reported, but for forks that were in progress, of which this pid
    /// may be the last. `None` if not even that is known.
    pub fn note_births_until(&mut self, last_pid: Option<u32>, at: Duration) {
        self.births.note_reported_until(last_pid, at);
    }

    /// How often processes that have just started are worth a look: less where those that have ended
    /// lately, as far as it is known what they had, were all too small to matter.
    pub(crate) fn looks_at_young(&self) -> Looks {
        self.births.looks()
    }

    /// When the last birth in a task was reported.
    pub(crate) fn last_birth(&self) -> Option<Duration> {
        self.births.last
    }

    /// Announces the events that [`Self::handle`] is called for next.
    pub fn expect<'a>(&mut self, events: impl Iterator<Item = &'a Event>) {
        self.unsampled
            .expect_ends(events.filter_map(|event| match event {
                Event::Ended { pid, .. } => Some(*pid),
                _ => None,
            }));
    }

    /// Takes in an event between two samples, at this time. It may come a moment late.
    ///
    /// # Errors
    /// When a process that is there cannot be read.
    pub fn handle(&mut self, event: Event, at: Duration) -> Result<(), Error> {
        let now = self.progress.advance_to(at);
        match event {
            Event::Started {
                pid,
                parent,
                memory,
            } => {
                self.add_unsampled(pid, parent, memory, now);
                Ok(())
            }
            Event::Execed(pid, traits) => {
                self.take_exec(pid, at);
                match traits {
                    Some(traits) => self.place(pid, &traits, None, now),
                    None => self.attribute_exec(pid, now),
                }
                Ok(())
            }
            Event::Exiting(pid, last) => self.take_last_reading(pid, last),
            Event::Ended { pid, status, last } => {
                self.note_death(pid, status, last.as_ref());
                let life = last.and_then(|last| self.take_last_figures(pid, &last));
                self.forget(pid, Some(status), now);
                self.take_end(pid);
                if let Some(life) = life {
                    self.take_short_life(&life);
                }
                Ok(())
            }
            Event::Released(pid) => {
                self.births.set_reported(false);
                if let Some(task) = self.tree.task_of_pid(pid) {
                    self.count(task, |record| record.found += 1);
                }
                Ok(())
            }
            Event::Lost { last_pid } => {
                self.births.scan_for_lost();
                self.observer.note_births_until(last_pid);
                Ok(())
            }
        }
    }

    fn add_unsampled(&mut self, pid: u32, parent: u32, memory: InitialMemory, now: Duration) {
        if let Some(index) = self.tree.index_of(pid) {
            let known = self.tree.members()[index].id;
            let is_known =
                matches!(self.observer.identify(pid), Ok(Some(birth)) if birth.id == known);
            if is_known {
                // A scan has found it before its birth was reported.
                return;
            }
            self.remove_member(index);
        }
        self.tree.forget_lineage(pid);
        let Some(task) = self.tree.task_of_pid(parent) else {
            return;
        };
        self.tree.remember(pid, task);
        self.births.last = Some(now);
        self.unsampled.add(
            pid,
            Unsampled {
                task,
                parent,
                born: now,
                memory: Some(memory),
                awaits_traits: false,
                seen_bytes: None,
                at_exit: None,
            },
        );
        self.tasks.each_outwards(task, |task| {
            task.record.seen += 1;
            task.lifetimes.started(pid);
        });
        self.discard_walks_of(parent);
        self.inherit(pid, parent, now);
    }

    fn take_exec(&mut self, pid: u32, at: Duration) {
        if let Some(process) = self.unsampled.get_mut(pid) {
            process.memory = None;
            // It lives on; the exit was that of a thread.
            process.at_exit = None;
            return;
        }
        let Some(index) = self.tree.index_of(pid) else {
            return;
        };
        let member = &mut self.tree.members_mut()[index];
        if at < member.first_seen {
            // It was found later, with the program that it runs since.
            member.program = ProgramOrigin::Own;
            return;
        }
        self.unsampled.end_borrowing(pid);
        // A process that is gone by now has ended, which is reported next.
        let birth = self.observer.identify(pid).ok().flatten();
        self.exec_member(index, birth.and_then(|birth| birth.image));
        self.with_member(pid, |observer, tick, member| {
            let description = observer.describe(member.id);
            member
                .description
                .renew(description, tick, member.memory.rss);
            member.is_exiting = false;
        });
    }

    /// Reads what a process was started with. Where many come and go, that waits until it is sampled.
    fn attribute_exec(&mut self, pid: u32, now: Duration) {
        if !self.attribution.is_on() || self.tree.task_of_pid(pid).is_none() {
            return;
        }
        // Of a process that has ended, there is nothing to read.
        let may_attribute = !self.unsampled.is_ending(pid) && self.births.may_attribute(now);
        if let Some(process) = self.unsampled.get_mut(pid) {
            process.awaits_traits = !may_attribute;
            if !may_attribute {
                return;
            }
        }
        let before = thread_cpu();
        self.attribute_process(pid, None, now);
        self.births
            .spend_on_admission(thread_cpu().saturating_sub(before));
    }

    fn take_last_reading(&mut self, pid: u32, last: HighWater) -> Result<(), Error> {
        self.note_stage_peak_of(pid, last.highest_bytes);
        if let Some(index) = self.tree.index_of(pid) {
            let member = &mut self.tree.members_mut()[index];
            member.is_exiting = true;
            if member.borrows_from.is_some() {
                return Ok(());
            }
            if let Reading::Resident {
                bytes,
                shared_bytes,
            } = self.observer.resident(&mut member.handle)?
                && bytes > 0
            {
                member.memory.sample(bytes, shared_bytes);
            }
            self.note_high_water(index, last);
            let member = &self.tree.members()[index];
            self.tasks
                .each_outwards(member.task, |task| task.note_size(member));
            return Ok(());
        }
        let Some(process) = self.unsampled.get_mut(pid) else {
            return Ok(());
        };
        process.at_exit = Some(last);
        let (task, bytes) = (process.task, process.most());
        let mut is_largest = false;
        self.tasks
            .each_outwards(task, |task| is_largest |= bytes > task.largest_bytes());
        if is_largest && let Some(birth) = self.observer.identify(pid)? {
            let description = self.observer.describe(birth.id).unwrap_or_default();
            let largest = LargestProcess {
                id: birth.id,
                parent: birth.parent,
                task,
                first_seen: self.progress.now(),
                description: description.into(),
                bytes,
                shared_bytes: last.file_bytes,
            };
            self.tasks.each_outwards(task, |task| {
                if bytes > task.largest_bytes() {
                    task.record.largest = Some(largest.clone());
                }
            });
        }
        Ok(())
    }

    pub(super) fn take_end(&mut self, pid: u32) {
        self.unsampled.note_end(pid);
        if let Some(index) = self.tree.index_of(pid) {
            let member = &self.tree.members()[index];
            if member.memory.measured() && member.borrows_from.is_none() {
                self.births.note_size(member.memory.highest);
            }
            self.remove_member(index);
            return;
        }
        let Some(process) = self.unsampled.take(pid) else {
            return;
        };
        let is_seen = process.at_exit.is_some() || process.seen_bytes.is_some();
        if is_seen && !process.borrows() {
            self.births.note_size(process.most());
        }
        let is_known = process.at_exit.is_some() || process.borrows();
        let most = is_known.then(|| process.most());
        self.tasks.each_outwards(process.task, |task| {
            task.lifetimes.ended(pid, most);
            match (most, process.seen_bytes) {
                // Samples since have counted it with less.
                (Some(most), Some(seen)) => task.raise(process.born, most.saturating_sub(seen)),
                (None, None) => task.record.unmeasured += 1,
                (Some(_), None) | (None, Some(_)) => {}
            }
        });
    }
}
