//! Events of single processes, as the kernel or a tracer reports them.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{Birth, Description, Error, HighWater, Observer, ProcessId, Reading};

use crate::member::{CachedDescription, Member, ProgramOrigin};
use crate::sampler::births::Looks;
use crate::sampler::memory_origin::MemoryOrigin;
use crate::sampler::short_lives::ShortLife;
use crate::unsampled::Unsampled;
use crate::{Death, LargestProcess, Sampler, Traits};

/// Where many processes come and go, one that is younger and has less memory is not sampled yet.
const ADMITTED_AFTER: Duration = Duration::from_millis(10);
const WORTH_ADMITTING: u64 = 4 << 20;

/// The signals that end processes for lack of memory: the kernel's, and a program's own.
const KILL: i32 = 9;
const ABORT: i32 = 6;
/// Further deaths are not recorded.
const MOST_DEATHS: usize = 100;

/// What has happened to a process.
#[derive(Clone, Debug)]
pub enum Event {
    /// It has started.
    Started {
        /// Its pid.
        pid: u32,
        /// The pid of its parent.
        parent: u32,
        /// What it has of its parent's memory.
        memory: InitialMemory,
    },
    /// It runs another program, with these traits where there are task rules and they were read.
    Execed(u32, Option<Arc<Traits>>),
    /// It is about to end, and still has its memory.
    Exiting(u32, HighWater),
    /// It has ended, and its memory is freed.
    Ended {
        /// Its pid.
        pid: u32,
        /// How it ended.
        status: EndStatus,
        /// What is known of it only now.
        last: Option<LastFigures>,
    },
    /// No more events of it and of its children follow.
    Released(u32),
    /// Events of any processes were lost, all of them of pids assigned after this one, or of older
    /// processes.
    Lost {
        /// The last pid whose start was reported.
        last_pid: u32,
    },
}

/// What the kernel knew of a process when it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFigures {
    /// The highest resident memory that it ever had.
    pub highest_bytes: u64,
    /// Its short name.
    pub name: String,
}

impl LastFigures {
    fn description(&self) -> Description {
        Description {
            name: self.name.clone(),
            command: Vec::new(),
        }
    }
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

/// What a process has of its parent's memory when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialMemory {
    /// A copy, as after `fork`: they share a page until one of them writes to it.
    CopyOfParent,
    /// The memory itself, as after `vfork`.
    OfParent,
    /// One of the two.
    Unknown,
}

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

    /// A process that was killed, or has aborted, may have done so for lack of memory.
    fn note_death(&mut self, pid: u32, status: EndStatus, last: Option<&LastFigures>) {
        let EndStatus::Signal(signal @ (KILL | ABORT)) = status else {
            return;
        };
        let Some(task) = self.tree.task_of_pid(pid) else {
            return;
        };
        let member = self
            .tree
            .index_of(pid)
            .map(|index| &self.tree.members()[index]);
        let description = match (member, last) {
            (Some(member), _) => (*member.description.current).clone(),
            (None, Some(last)) => last.description(),
            (None, None) => Description::default(),
        };
        let sampled = member.map(|member| member.memory.highest);
        let death = Death {
            pid,
            signal,
            description,
            highest_bytes: sampled.max(last.map(|last| last.highest_bytes)),
        };
        self.tasks.each_outwards(task, |task| {
            if task.record.deaths.len() < MOST_DEATHS {
                task.record.deaths.push(death.clone());
            }
        });
    }

    /// What a process had that has ended. Returns its life if no sample may have seen all of that.
    fn take_last_figures(&mut self, pid: u32, figures: &LastFigures) -> Option<ShortLife> {
        self.births.note_high_water();
        let bytes = figures.highest_bytes;
        self.note_stage_peak_of(pid, bytes);
        let last = HighWater {
            highest_bytes: bytes,
            now_bytes: 0,
            file_bytes: 0,
            swapped_bytes: 0,
        };
        if let Some(index) = self.tree.index_of(pid) {
            let member = &mut self.tree.members_mut()[index];
            member.is_exiting = true;
            let is_new = bytes > member.memory.highest;
            self.note_high_water(index, last);
            let member = &self.tree.members()[index];
            self.tasks
                .each_outwards(member.task, |task| task.note_size(member));
            // What it has of its parent's memory is no news.
            let is_own = member.program == ProgramOrigin::Own;
            return (is_new && is_own).then(|| ShortLife {
                id: member.id,
                parent: member.parent,
                task: member.task,
                born: member.first_seen,
                description: Arc::clone(&member.description.current),
                bytes,
            });
        }
        let process = self.unsampled.get_mut(pid)?;
        process.at_exit = Some(last);
        process.memory.is_none().then(|| ShortLife {
            id: ProcessId { pid, started: 0 },
            parent: process.parent,
            task: process.task,
            born: process.born,
            description: Arc::new(figures.description()),
            bytes: process.most(),
        })
    }

    fn take_end(&mut self, pid: u32) {
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
