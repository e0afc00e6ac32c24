//! What all commands of a bundle have in common.

use std::collections::HashSet;
use std::os::fd::RawFd;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::lock;
use memtop_proc::native::cgroup::{Cgroups, Entrance};
use memtop_proc::native::{ProcRoot, RoomFinder, RunEnd, end_run};
use memtop_proc::{Observer, Room};
use memtop_sampler::{Alarm, Snapshot, TaskGuard, Thresholds};
use memtop_terminal::{Forwarding, LAST_WORDS, Rest, SharedWindow, StreamsUse, unshown_remark};

use super::part::{OnAlarm, Part};
use crate::bounds::{ceiling, missed_bytes};
use crate::follower::{Follower, Tracing};
use crate::group::Group;
use crate::inherited::{inherited_descriptors, parents_open_files};
use crate::means::{make_group, tracing};
use crate::options::Options;
use crate::outcome::{Outcome, Reason, Stopped, blindness_remark};
use crate::sampling::start_sampler;
use crate::wait::{adopt_orphans, reap_others};
use crate::{GuardOptions, SharedSampler, StartError, guard};

#[derive(Debug)]
pub(crate) struct Joint {
    pub(super) began: Instant,
    pub(super) timeout: Option<Duration>,
    grace: Duration,
    pub(super) sampler: Result<SharedSampler, String>,
    pub(super) whole: Arc<Part>,
    group: RwLock<Result<Group, String>>,
    pub(super) entrance: Option<Arc<Entrance>>,
    adopts_orphans: bool,
    stands_in: bool,
    /// What the commands write to whose streams are those of this process.
    pub(super) window: Option<Arc<SharedWindow>>,
    pub(super) forwarding: Option<Forwarding>,
    pub(super) descriptors: Vec<RawFd>,
    pub(super) open_files: Option<u64>,
    room: Option<Room>,
    /// The commands that somebody waits for.
    children: Mutex<HashSet<u32>>,
    followers: Mutex<Vec<(u32, Follower)>>,
    /// Held by who stops this process because the commands have stopped.
    stopping: Mutex<()>,
}

impl Joint {
    /// Also gives what looks for room.
    pub(super) fn start(
        options: &Options,
        streams: StreamsUse,
        on_alarm: OnAlarm,
    ) -> Result<(Self, RoomFinder), StartError> {
        let began = Instant::now();
        // Before anything else is opened.
        let descriptors = if options.stands_in {
            inherited_descriptors(&options.own_descriptors)
        } else {
            Vec::new()
        };
        let sampler = start_sampler(options.interval, options.metric, Observer::note_present)
            .map_err(|error| error.to_string());
        let cgroups = Cgroups::system().map(Arc::new);
        let (group, entrance) = match make_group(options.group, &cgroups)? {
            Ok((group, entrance)) => (Ok(group), Some(Arc::new(entrance))),
            Err(reason) => (Err(reason), None),
        };
        let mut remarks = Vec::new();
        let window = streams.shared_window().unwrap_or_else(|error| {
            remarks.push(unshown_remark(&error));
            None
        });
        // Traced processes are known from their birth: any process may adopt them.
        let adopts_orphans = options.stands_in
            && matches!(tracing(options.trace), Tracing::No(_))
            && adopt_orphans()
                .inspect_err(|error| remarks.push(format!("orphans may be missed: {error}")))
                .is_ok();
        let account = sampler.clone().and_then(|sampler| {
            sampler.count_from(began);
            let adopter = adopts_orphans.then(process::id);
            sampler.add_group(None, adopter).ok_or_else(thread_ended)
        });
        if let (Ok(group), Ok(sampler), Ok(account)) = (&group, &sampler, &account) {
            group.count_for(sampler, *account);
        }
        let whole = Part::new(account, None, on_alarm);
        whole.state().remarks = remarks;
        let proc = ProcRoot::system().ok();
        let mut finder = RoomFinder::at(proc.as_ref(), cgroups.as_deref().ok());
        let joint = Self {
            began,
            timeout: options.timeout,
            grace: options.grace,
            sampler,
            whole: Arc::new(whole),
            group: RwLock::new(group),
            entrance,
            adopts_orphans,
            stands_in: options.stands_in,
            window: window.map(Arc::new),
            forwarding: options.stands_in.then(Forwarding::begin).flatten(),
            descriptors,
            open_files: options.stands_in.then(parents_open_files).flatten(),
            room: finder.look(),
            children: Mutex::default(),
            followers: Mutex::default(),
            stopping: Mutex::default(),
        };
        Ok((joint, finder))
    }

    /// Opens an account for a task.
    pub(super) fn part(&self, on_alarm: OnAlarm) -> Part {
        let account = self.sampler.clone().and_then(|sampler| {
            let whole = self.whole.account.clone()?;
            sampler
                .add_group(Some(whole), None)
                .ok_or_else(thread_ended)
        });
        Part::new(account, Some(Arc::clone(&self.whole)), on_alarm)
    }

    /// Has a part guarded; with a finder against want of room as well.
    pub(super) fn guard(
        &self,
        part: &Part,
        options: GuardOptions,
        finder: Option<RoomFinder>,
        tell: impl FnMut(Alarm) + Send + 'static,
    ) {
        let thresholds = options.thresholds(self.room.as_ref());
        let is_any = finder.is_some() || thresholds != Thresholds::default();
        let (Ok(sampler), Ok(account)) = (&self.sampler, &part.account) else {
            return;
        };
        if !options.is_on || !is_any {
            return;
        }
        part.note_guard(thresholds);
        let post = match finder {
            Some(finder) => guard::post(thresholds, finder, tell),
            None => TaskGuard {
                thresholds,
                room: None,
                on_alarm: Box::new(tell),
            },
        };
        sampler.guard(*account, post);
    }

    pub(super) fn children(&self) -> MutexGuard<'_, HashSet<u32>> {
        lock(&self.children)
    }

    pub(super) fn followers(&self) -> MutexGuard<'_, Vec<(u32, Follower)>> {
        lock(&self.followers)
    }

    pub(super) fn group(&self) -> RwLockReadGuard<'_, Result<Group, String>> {
        self.group.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn interrupts(&self) -> u32 {
        self.forwarding.as_ref().map_or(0, Forwarding::interrupts)
    }

    pub(super) fn snapshot(&self, part: &Part) -> Option<Snapshot> {
        let sampler = self.sampler.as_ref().ok()?;
        sampler.snapshot(*part.account.as_ref().ok()?)
    }

    /// Stops this process once all commands have stopped, for a shell to see that of its job.
    pub(super) fn stop_with_commands(&self) {
        let Some(forwarding) = &self.forwarding else {
            return;
        };
        // One at a time: a second one would stop this process again once it is continued.
        let _turn = lock(&self.stopping);
        // It must not stay under the shell's prompt.
        self.hide_view(true);
        forwarding.stop_with_command(|| {
            let followers = self.followers();
            let mut all = followers.iter();
            !followers.is_empty() && all.all(|(_, follower)| follower.is_command_stopped())
        });
        self.hide_view(false);
    }

    fn hide_view(&self, is_hidden: bool) {
        if let Some(window) = &self.window {
            window.hide_view(is_hidden);
        }
    }

    /// Once all commands have ended; what did not work, in words.
    pub(super) fn close_window(&self) -> Vec<String> {
        let Some(window) = &self.window else {
            return Vec::new();
        };
        let carried = window.finish(LAST_WORDS);
        let rest = carried.rest.and_then(Rest::leave_behind);
        carried.remarks.into_iter().chain(rest).collect()
    }

    /// What is due every now and then.
    pub(super) fn look(&self) {
        if self.adopts_orphans {
            let children = self.children();
            let reaped = reap_others(|pid| children.contains(&pid));
            drop(children);
            let totals = &mut self.whole.state().totals;
            for waited in reaped {
                totals.largest_bytes = totals.largest_bytes.max(waited.largest_bytes);
            }
        }
        // Who holds it is ending everybody, and looks for itself.
        if let Ok(mut group) = self.group.try_write()
            && let (Ok(group), Ok(sampler), Ok(whole)) =
                (&mut *group, &self.sampler, &self.whole.account)
        {
            group.look(sampler, *whole);
        }
    }

    /// Ends a whole part on a thread of its own, once. Being asked once more is a reason to hurry.
    pub(super) fn end(this: &Arc<Self>, part: &Arc<Part>, reason: Reason, grace: Option<Duration>) {
        if !part.begin_to_end(reason) {
            return;
        }
        let (joint, ended) = (Arc::clone(this), Arc::clone(part));
        let grace = grace.unwrap_or(this.grace);
        let spawned = Builder::new()
            .name("memtop-end".to_owned())
            .spawn(move || joint.end_all(&ended, reason, grace));
        if let Err(error) = spawned {
            cannot_end(part, reason, &error.to_string());
        }
    }

    fn end_all(&self, part: &Arc<Part>, reason: Reason, grace: Duration) {
        let proc = match ProcRoot::system() {
            Ok(proc) => proc,
            Err(error) => return cannot_end(part, reason, &error.to_string()),
        };
        let interrupts = self.interrupts();
        let sampling = self.sampler.as_ref().ok().zip(part.account.as_ref().ok());
        let mut members = || match sampling {
            Some((sampler, account)) => sampler.members(*account),
            None => Vec::new(),
        };
        let hurry = || {
            let is_urgent = sampling.is_some_and(|(sampler, account)| sampler.is_urgent(*account));
            part.is_in_a_hurry() || self.interrupts() > interrupts || is_urgent
        };
        let options = RunEnd {
            grace,
            hurry: &hurry,
        };
        let group = self.group();
        let made = group.as_ref().ok().map(Group::made);
        let made = made.filter(|_| self.is_whole(part));
        let ended = end_run(&proc, &mut members, made, &options);
        drop(group);
        let remark = blindness_remark(&ended);
        part.settle(Stopped::of(reason, ended), remark);
    }

    fn is_whole(&self, part: &Arc<Part>) -> bool {
        Arc::ptr_eq(part, &self.whole)
    }

    /// What a part has come to, once nobody in it is being ended any more.
    pub(super) fn outcome(&self, part: &Arc<Part>, began: Instant) -> Outcome {
        let mut state = part.wait_until_settled();
        let (totals, guard) = (state.totals.clone(), state.guard.take());
        let (stopped, mut remarks) = (state.stopped.clone(), std::mem::take(&mut state.remarks));
        drop(state);
        let stopped = stopped.or_else(|| part.ending().map(ended_with_others));
        let duration = began.elapsed();
        let sampling = self.sampler.clone().and_then(|sampler| {
            let account = part.account.clone()?;
            Ok((sampler, account))
        });
        let (record, survivors) = match sampling {
            Ok((sampler, account)) => {
                let record = sampler.finish(account).ok_or_else(thread_ended);
                let survivors = sampler.living(account);
                let _ = sampler.remove_task(account);
                (record, survivors)
            }
            Err(reason) => (Err(reason), Vec::new()),
        };
        let group = if self.is_whole(part) {
            self.take_group().map(|group| {
                let (record, remark) = group.finish();
                remarks.extend(remark);
                record
            })
        } else {
            Err("it is that of all tasks".to_owned())
        };
        let ceiling_bytes = record.as_ref().map_err(Clone::clone).and_then(|record| {
            ceiling(&record.task, totals.largest_bytes, group.as_ref().ok())
                .ok_or_else(|| "not one sample was taken".to_owned())
        });
        let measured = record.as_ref().ok();
        Outcome {
            end: None,
            duration,
            missed_bytes: measured.and_then(|record| missed_bytes(&record.task, totals.told_bytes)),
            record,
            ceiling_bytes,
            group,
            trace: totals.untraced_because.map_or(Ok(totals.traced), Err),
            guard,
            out_of_memory: None,
            process: None,
            stopped,
            survivors,
            remarks,
        }
    }

    fn take_group(&self) -> Result<Group, String> {
        let mut group = self.group.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *group, Err("the run is over".to_owned()))
    }
}

impl Drop for Joint {
    fn drop(&mut self) {
        if self.stands_in {
            // A signal may be on its way still, and would end this process before it has said how
            // the commands ended.
            std::mem::forget(self.forwarding.take());
        }
    }
}

fn cannot_end(part: &Part, reason: Reason, error: &str) {
    let remark = format!("the processes could not be ended: {error}");
    part.settle(ended_with_others(reason), Some(remark));
}

/// Whoever has ended them has counted them, too.
pub(super) fn ended_with_others(reason: Reason) -> Stopped {
    Stopped {
        reason,
        ended: 0,
        failed: Vec::new(),
        took: Duration::ZERO,
    }
}

fn thread_ended() -> String {
    memtop_sampler::StartError::ThreadEnded.to_string()
}
