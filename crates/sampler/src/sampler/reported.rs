//! Processes whose start was reported and that are not sampled yet.

use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{Birth, Error, Observer, ProcessId, Reading};

use super::memory_origin::MemoryOrigin;
use crate::member::{CachedDescription, Member, ProgramOrigin};
use crate::unsampled::Unsampled;
use crate::{InitialMemory, Sampler};

/// Where many processes come and go, one that is younger and has less memory is not sampled yet.
const ADMITTED_AFTER: Duration = Duration::from_millis(10);
const WORTH_ADMITTING: u64 = 4 << 20;

impl<O: Observer> Sampler<O> {
    /// Whether all processes, or those of the task that this one was attributed to, have about as
    /// much as ever, by their resident sizes.
    pub fn may_be_high(&mut self, pid: u32) -> bool {
        let task = self.tree.task_of_pid(pid);
        let found = task.and_then(|task| self.whole_task_around(task));
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
                _ if process.borrows() => 0,
                Some(last) => last.now_bytes,
                None => match self.observer.resident_of(pid) {
                    Ok(Reading::Resident { bytes, .. }) => bytes,
                    // A process that is gone has nothing, and a failure shows in the next sample.
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

    /// Adds unsampled processes to the tree that are not about to end, and the one that is
    /// `exiting`.
    pub(crate) fn admit_reported(&mut self, exiting: Option<u32>) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut staying = self.unsampled.take_staying(exiting);
        // A borrower comes after its lender.
        staying.sort_unstable_by_key(|(_, process)| (process.borrows(), process.born));
        let before = (!staying.is_empty()).then(thread_cpu);
        for (pid, mut process) in staying {
            let may_wait = exiting != Some(pid) && !self.births.scan_is_for_lost();
            if may_wait && self.may_wait(pid, &mut process) {
                self.unsampled.add(pid, process);
                continue;
            }
            match self.admit_unsampled(pid, process) {
                Ok(true) => {}
                Ok(false) if self.births.scan_is_for_lost() => {
                    // Its end may be among what was lost.
                    self.unsampled.add(pid, process);
                    self.forget(pid, None, self.progress.now());
                    self.take_end(pid);
                }
                // It is ending; its end will be reported.
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
            self.births.spend_on_admission(cost);
        }
        outcome
    }

    /// Whether a process stays unsampled for now, since it is young and small, and many come and go.
    fn may_wait(&mut self, pid: u32, process: &mut Unsampled) -> bool {
        let now = self.progress.now();
        if now.saturating_sub(process.born) >= ADMITTED_AFTER || self.births.may_admit(now) {
            return false;
        }
        match self.observer.resident_of(pid) {
            Ok(Reading::Resident { bytes, .. }) if bytes < WORTH_ADMITTING => {
                process.seen_bytes = process.seen_bytes.max(Some(bytes));
                true
            }
            // Its end will be reported.
            Ok(Reading::Gone) => true,
            Ok(Reading::Resident { .. }) | Err(_) => false,
        }
    }

    fn admit_unsampled(&mut self, pid: u32, process: Unsampled) -> Result<bool, Error> {
        let Some(birth) = self.observer.identify(pid)? else {
            return Ok(false);
        };
        let Some(handle) = self.observer.watch(birth.id)? else {
            return Ok(false);
        };
        let parent = self.tree.index_of(process.parent);
        // Without its lender it has the memory alone.
        let lender = parent.filter(|_| process.borrows());
        let borrows_from = lender.map(|index| {
            let lender = &self.tree.members()[index];
            lender.borrows_from.unwrap_or(lender.id)
        });
        let description = self.observer.describe(birth.id).unwrap_or_default();
        let description = CachedDescription::new(description, self.progress.ticks());
        // By now it may have another parent.
        let birth = Birth {
            parent: process.parent,
            ..birth
        };
        let origin = match (process.memory, borrows_from, parent) {
            (Some(InitialMemory::Unknown), _, _) => self.memory_origin(&birth, &description),
            (_, Some(lender), _) => MemoryOrigin::Borrowed(lender),
            (None | Some(InitialMemory::OfParent), None, _) => MemoryOrigin::Own,
            (Some(InitialMemory::CopyOfParent), None, Some(_)) => MemoryOrigin::Forked {
                parent: process.parent,
            },
            (Some(InitialMemory::CopyOfParent), None, None) => self.origin_among_siblings(&birth),
        };
        let mut member = Member::of(&birth, process.task, handle, description, process.born);
        member.is_exiting = process.at_exit.is_some();
        member.memory.highest = process.most();
        if process.memory.is_none() {
            member.program = ProgramOrigin::Own;
        }
        self.add_member(member, origin);
        if process.awaits_traits {
            self.attribute_process(pid, None, self.progress.now());
        }
        Ok(true)
    }

    /// Whether the end of a process was reported, although it is still listed, as a zombie.
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
