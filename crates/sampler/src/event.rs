//! What somebody who follows the processes one by one can tell a sampler.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{Error, HighWater, Observer, ProcessId, Reading};

use crate::member::{Member, Named};
use crate::sampler::memory_origin::MemoryOrigin;
use crate::unsampled::Unsampled;
use crate::{LargestProcess, Sampler, Traits};

/// What has happened to a process.
#[derive(Clone, Debug)]
pub enum Event {
    /// It has come into being.
    Born {
        /// Who.
        pid: u32,
        /// Whose child it is.
        parent: u32,
        /// Whose memory it has.
        kinship: Kinship,
    },
    /// It runs another program from now on; with what that was started with, where that matters.
    Execed(u32, Option<Arc<Traits>>),
    /// It is about to end, and its memory is still there.
    Exiting(u32, HighWater),
    /// It has ended, and its memory is given back.
    Ended(u32, EndStatus),
    /// Nothing more will be told of it and of those that it starts.
    Released(u32),
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndStatus {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl EndStatus {
    pub(crate) fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

/// What a process has of its parent's memory when it is born.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// A copy of it, as after `fork`: a page is theirs both until one of them writes to it.
    Copy,
    /// The very memory of its parent, as after `vfork`.
    SameMemory,
}

impl<O: Observer> Sampler<O> {
    /// From now on every birth is told of by [`Self::handle`].
    pub fn expect_events(&mut self) {
        self.births.set_reported(true);
    }

    /// From now on nobody tells of the births of some, so all are looked for.
    pub fn look_for_births(&mut self) {
        self.births.set_reported(false);
    }

    /// Takes in what happened between two samples, at this time. It may be told a moment late.
    ///
    /// # Errors
    /// When a process that is there cannot be read.
    pub fn handle(&mut self, event: Event, at: Duration) -> Result<(), Error> {
        let now = self.progress.advance_to(at);
        match event {
            Event::Born {
                pid,
                parent,
                kinship,
            } => {
                self.be_born(pid, parent, kinship, now);
                Ok(())
            }
            Event::Execed(pid, traits) => {
                self.exec(pid);
                if let Some(traits) = traits {
                    self.place(pid, &traits, None, now);
                }
                Ok(())
            }
            Event::Exiting(pid, last) => self.take_last_reading(pid, last),
            Event::Ended(pid, status) => {
                self.forget(pid, Some(status), now);
                self.end(pid);
                Ok(())
            }
            Event::Released(pid) => {
                self.births.set_reported(false);
                if let Some(task) = self.tree.task_of_pid(pid) {
                    self.count(task, |record| record.found += 1);
                }
                Ok(())
            }
        }
    }

    fn be_born(&mut self, pid: u32, parent: u32, kinship: Kinship, now: Duration) {
        if let Some(index) = self.tree.index_of(pid) {
            let known = self.tree.members()[index].id;
            let is_known =
                matches!(self.observer.identify(pid), Ok(Some(birth)) if birth.id == known);
            if is_known {
                // It was found before its birth was told.
                return;
            }
            self.remove_member(index);
        }
        self.tree.forget_lineage(pid);
        let Some(task) = self.tree.task_of_pid(parent) else {
            return;
        };
        self.tree.remember(pid, task);
        self.unsampled.add(
            pid,
            Unsampled {
                task,
                parent,
                born: now,
                is_copy: kinship == Kinship::Copy,
                borrows: kinship == Kinship::SameMemory,
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

    fn exec(&mut self, pid: u32) {
        if let Some(process) = self.unsampled.get_mut(pid) {
            process.is_copy = false;
            process.borrows = false;
            // It lives on, whatever was told of its threads.
            process.at_exit = None;
            return;
        }
        let Some(index) = self.tree.index_of(pid) else {
            return;
        };
        self.unsampled.end_borrowing(pid);
        // One that is gone by now has ended, which is told next.
        let birth = self.observer.identify(pid).ok().flatten();
        self.exec_member(index, birth.and_then(|birth| birth.image));
        self.with_member(pid, |observer, tick, member| {
            let description = observer.describe(member.id);
            member.named.renew(description, tick, member.memory.rss);
            member.is_exiting = false;
        });
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

    fn end(&mut self, pid: u32) {
        self.unsampled.note_end(pid);
        if let Some(index) = self.tree.index_of(pid) {
            self.remove_member(index);
            return;
        }
        let Some(process) = self.unsampled.take(pid) else {
            return;
        };
        let is_known = process.at_exit.is_some() || process.borrows;
        self.tasks.each_outwards(process.task, |task| {
            task.lifetimes.ended(pid, process.most());
            if !is_known {
                task.ended += 1;
                task.record.unmeasured += 1;
            }
        });
    }

    /// Whether all processes together, or those of the task that this one was found to belong to,
    /// have about as much as ever, as far as a quick look tells.
    pub fn may_be_high(&mut self, pid: u32) -> bool {
        let account = self.tree.task_of_pid(pid);
        let found = account.and_then(|account| self.whole_task_around(account));
        let (mut sum, mut within) = (0, 0);
        let tasks = &self.tasks;
        let is_within = |task| found.is_some_and(|found| tasks.is_within(task, found));
        for member in self.tree.members_mut() {
            if let Ok(Reading::Resident {
                bytes,
                shared_bytes,
            }) = self.observer.resident(&mut member.handle)
                && member.borrows_from.is_none()
            {
                member.memory.sample(bytes, shared_bytes);
                sum += bytes;
                within += if is_within(member.task) { bytes } else { 0 };
            }
        }
        for (pid, process) in self.unsampled.iter() {
            let bytes = match process.at_exit {
                _ if process.borrows => 0,
                Some(last) => last.now_bytes,
                None => match self.observer.resident_of(pid) {
                    Ok(Reading::Resident { bytes, .. }) => bytes,
                    // Who is gone has nothing, and a failure shows in the next sample.
                    Ok(Reading::Gone) | Err(_) => 0,
                },
            };
            sum += bytes;
            within += if is_within(process.task) { bytes } else { 0 };
        }
        let is_about = |bytes: u64, highest: u64| bytes >= highest - highest / 20;
        let tasks = self.tasks.ids().filter_map(|id| self.tasks.get(id));
        let highest = tasks.map(|task| task.record.highest_rss_bytes).max();
        let found = found.and_then(|found| self.tasks.get(found));
        is_about(sum, highest.unwrap_or(0))
            || found.is_some_and(|found| is_about(within, found.record.highest_rss_bytes))
    }

    /// Takes a sample while a process that is about to end still has its memory.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn sample_at_exit(&mut self, pid: u32, now: Duration) -> Result<(), Error> {
        self.sample_with(Some(pid), now)
    }

    /// Takes in those that were told of and are there to stay, and one that is `exiting`.
    pub(crate) fn admit_reported(&mut self, exiting: Option<u32>) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut staying = self.unsampled.take_staying(exiting);
        // Who runs in the memory of another comes after that one.
        staying.sort_unstable_by_key(|(_, process)| (process.borrows, process.born));
        let before = (!staying.is_empty()).then(thread_cpu);
        for (pid, process) in staying {
            match self.admit_unsampled(pid, process) {
                Ok(true) => {}
                // On its way out; its end will be told.
                Ok(false) => self.unsampled.add(pid, process),
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    self.unsampled.add(pid, process);
                }
            }
        }
        if let Some(before) = before {
            let cost = thread_cpu().saturating_sub(before);
            self.progress.add_admission(cost);
        }
        outcome
    }

    fn admit_unsampled(&mut self, pid: u32, process: Unsampled) -> Result<bool, Error> {
        let Some(birth) = self.observer.identify(pid)? else {
            return Ok(false);
        };
        let Some(handle) = self.observer.watch(birth.id)? else {
            return Ok(false);
        };
        let parent = self.tree.index_of(process.parent);
        // One whose parent is gone has all the memory for itself.
        let lender = parent.filter(|_| process.borrows);
        let borrows_from = lender.map(|index| {
            let lender = &self.tree.members()[index];
            lender.borrows_from.unwrap_or(lender.id)
        });
        let origin = match (borrows_from, parent) {
            (Some(lender), _) => MemoryOrigin::Borrowed(lender),
            (None, _) if !process.is_copy => MemoryOrigin::Own,
            (None, Some(_)) => MemoryOrigin::Forked {
                parent: process.parent,
            },
            (None, None) => self.origin_among_siblings(&birth),
        };
        let description = self.observer.describe(birth.id).unwrap_or_default();
        let named = Named::new(description, self.progress.ticks());
        let mut member = Member::of(&birth, process.task, handle, named, process.born);
        // By now it may have another parent.
        member.parent = process.parent;
        member.is_exiting = process.at_exit.is_some();
        member.memory.highest = process.most();
        self.add_member(member, origin);
        Ok(true)
    }

    /// Whether this is a process whose end was told, still listed because nobody has waited for it.
    pub(crate) fn has_ended(&mut self, id: ProcessId) -> bool {
        if self.unsampled.get(id.pid).is_some() {
            return true;
        }
        if !self.unsampled.has_ended(id.pid) {
            return false;
        }
        let handle = self.observer.watch(id).ok().flatten();
        let reading = handle.map(|mut handle| self.observer.resident(&mut handle));
        !matches!(reading, Some(Ok(Reading::Resident { bytes, .. })) if bytes > 0)
    }
}
