//! What the commands of a run share: sampler, control group, signals, timeout.

pub(crate) mod placement;
pub(crate) mod run_part;

use std::collections::HashSet;
use std::fmt;
use std::os::fd::RawFd;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use memtop_proc::native::cgroup::{Cgroups, Entrance};
use memtop_proc::native::{ProcRoot, RoomFinder};
use memtop_proc::{Error, Observer, Room, lock};
use memtop_sampler::{Alarm, SharedSampler, TaskHandle, Thresholds};
use memtop_terminal::{
    DRAIN_IDLE_TIMEOUT, Forwarding, SharedWindow, StreamsUse, SurvivorOutput, no_view_remark,
};

use crate::bounds::{ceiling_of_run, missed_bytes};
use crate::command_state::CommandState;
use crate::group::{Group, create_group};
use crate::inherited::{inherited_descriptors, parents_open_files};
use crate::options::Options;
use crate::outcome::{Outcome, Reason};
use crate::process_events::ProcessEvents;
use crate::reserve::Reserve;
use crate::sampling::{sampling_ended, start_sampler};
use crate::supervision::{EndingThreads, Guarding, Supervision, Tree, TreeControl};
use crate::wait::{become_subreaper, reap_orphans};
use crate::{GuardOptions, StartError};
use placement::{GROUP_OF_ALL_TASKS, finish_group};
use run_part::RunPart;

pub(crate) struct Session {
    pub(crate) options: Options,
    /// What the timeout counts from.
    began: OnceLock<Instant>,
    sampler: Result<SharedSampler, String>,
    pub(crate) events: ProcessEvents,
    ending_threads: Arc<EndingThreads>,
    pub(crate) whole: Arc<RunPart>,
    cgroups: Result<Arc<Cgroups>, Error>,
    group: Mutex<Result<Group, String>>,
    pub(crate) entrance: Option<Arc<Entrance>>,
    room: OnceLock<Option<Room>>,
    /// This process, where it is the subreaper of the commands.
    pub(crate) adopter: Option<u32>,
    pub(crate) forwarding: Option<Arc<Forwarding>>,
    /// What commands with the streams of this process write to.
    pub(crate) window: Option<Arc<SharedWindow>>,
    /// Descriptors that this process was started with and passes on to the commands.
    pub(crate) descriptors: Vec<RawFd>,
    pub(crate) open_files: Option<u64>,
    /// The commands. Other threads wait for them, so they are not reaped as orphans.
    children: Mutex<HashSet<u32>>,
    /// Those that have started and not ended.
    command_states: Mutex<Vec<(u32, CommandState)>>,
    /// Held while this process is stopped because the commands have stopped.
    stopping: Mutex<()>,
}

impl Session {
    /// Of `streams` only a window is used; several commands write to it.
    pub(crate) fn start(options: Options, streams: StreamsUse) -> Result<Self, StartError> {
        let stands_in = options.stands_in;
        // Before anything else is opened.
        let descriptors = if stands_in {
            inherited_descriptors(&options.own_descriptors)
        } else {
            Vec::new()
        };
        let reserve = Reserve::take();
        let sampler = start_sampler(options.interval, options.metric, |observer| {
            ProcRoot::system()?.require_own_namespace()?;
            observer.note_present()
        })
        .map_err(|error| error.to_string());
        let cgroups = Cgroups::system().map(Arc::new);
        let (group, entrance) = match create_group(options.group, &cgroups)? {
            Ok((group, entrance)) => (Ok(group), Some(Arc::new(entrance))),
            Err(reason) => (Err(reason), None),
        };
        let ending_threads = Arc::new(EndingThreads::start()?);
        let forwarding = stands_in.then(Forwarding::begin).flatten().map(Arc::new);
        let control = TreeControl {
            ending_threads: Arc::clone(&ending_threads),
            forwarding: forwarding.clone(),
            group: group
                .as_ref()
                .ok()
                .map(|group: &Group| group.made().cgroup().clone()),
            tree: Tree::of_task(Err(&"no command has started".to_owned())),
        };
        let whole = RunPart::new(Supervision::new(None, control), None);
        let window = streams.shared_window().unwrap_or_else(|error| {
            whole.supervision.remark([no_view_remark(&error)]);
            None
        });
        let events = ProcessEvents::choose(options.trace, sampler.as_ref().ok())
            .map_err(StartError::NoTracing)?;
        drop(reserve);
        let adopts_orphans = stands_in && adopt_orphans(&events, &whole.supervision);
        Ok(Self {
            began: OnceLock::new(),
            sampler,
            events,
            ending_threads,
            whole,
            cgroups,
            group: Mutex::new(group),
            entrance,
            room: OnceLock::new(),
            adopter: adopts_orphans.then(process::id),
            forwarding,
            window: window.map(Arc::new),
            descriptors,
            open_files: stands_in.then(parents_open_files).flatten(),
            children: Mutex::default(),
            command_states: Mutex::default(),
            stopping: Mutex::default(),
            options,
        })
    }

    /// The sampler, or why nothing is sampled.
    pub(crate) fn sampler(&self) -> Result<SharedSampler, String> {
        self.sampler.clone()
    }

    pub(crate) fn cgroups(&self) -> Option<&Cgroups> {
        self.cgroups.as_deref().ok()
    }

    /// Starts the timeout, and the time that samples count from.
    pub(crate) fn begin(&self, at: Instant) {
        let _ = self.began.set(at);
        if let Ok(sampler) = &self.sampler {
            sampler.count_from(at);
        }
    }

    /// Adds the task that contains all commands.
    pub(crate) fn add_group(&self) {
        let task = self.add_task_group(None);
        self.set_whole(Tree::of_task(task.as_ref()));
    }

    /// Names the processes of the whole run.
    pub(crate) fn set_whole(&self, tree: Tree) {
        let supervision = &self.whole.supervision;
        supervision.set_tree(tree);
        if let (Ok(group), Ok(task)) = (&*self.group(), supervision.task()) {
            group.count_for(task.sampler(), task.id());
        }
    }

    /// Opens a task for commands to be in.
    pub(crate) fn add_part(&self) -> Arc<RunPart> {
        let whole = &self.whole.supervision;
        let task = whole.task().and_then(|all| self.add_task_group(Some(&all)));
        let tree = Tree::of_task(task.as_ref());
        let supervision = Supervision::new(Some(Arc::clone(whole)), self.control_of(tree));
        RunPart::new(supervision, Some(Arc::clone(&self.whole)))
    }

    fn add_task_group(&self, enclosing: Option<&TaskHandle>) -> Result<TaskHandle, String> {
        let sampler = self.sampler()?;
        let adopter = self.adopter.filter(|_| enclosing.is_none());
        let task = sampler.add_group(enclosing.map(TaskHandle::id), adopter);
        let task = task.ok_or_else(sampling_ended)?;
        Ok(TaskHandle::new(sampler, task))
    }

    /// Guards the whole run, also against memory running out around it.
    pub(crate) fn guard_whole(&self, on_alarm: impl FnMut(&Alarm) + Send + 'static) {
        let proc = ProcRoot::system().ok();
        let mut finder = RoomFinder::at(proc.as_ref(), self.cgroups());
        let room = self.room.get_or_init(|| finder.look()).as_ref();
        let options = self.options.guard;
        if options.is_on {
            let guarding = Guarding {
                thresholds: options.thresholds(room),
                room: Some(finder),
                grace: Some(self.options.grace),
                since: Duration::ZERO,
            };
            self.whole.supervision.guard(guarding, on_alarm);
        }
    }

    pub(crate) fn guard_part(
        &self,
        part: &RunPart,
        options: GuardOptions,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) {
        let room = self.room.get().and_then(Option::as_ref);
        let thresholds = options.thresholds(room);
        if options.is_on && thresholds != Thresholds::default() {
            let guarding = Guarding {
                thresholds,
                room: None,
                grace: Some(self.options.grace),
                since: Duration::ZERO,
            };
            part.supervision.guard(guarding, on_alarm);
        }
    }

    /// The memory that the run can have, once it is guarded; 0 where that is unknown.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let room = self.room.get().and_then(Option::as_ref);
        room.map_or(0, |room| room.total_bytes)
    }

    /// Time left until the timeout; `None` without one or while the run is being ended.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let timeout = self.options.timeout?;
        let began = self.began.get()?;
        let is_running = self.whole.supervision.is_running();
        is_running.then(|| timeout.saturating_sub(began.elapsed()))
    }

    /// Periodic work: reaps orphans, reads the group, and ends the run at its timeout.
    pub(crate) fn do_periodic_work(&self) {
        if self.adopter.is_some() {
            let children = self.children();
            let reaped = reap_orphans(|pid| children.contains(&pid));
            drop(children);
            let mut totals = self.whole.totals();
            for waited in reaped {
                totals.largest_bytes = totals.largest_bytes.max(waited.largest_bytes);
            }
        }
        if let (Ok(group), Ok(task)) = (&mut *self.group(), self.whole.supervision.task()) {
            group.look(task.sampler(), task.id());
        }
        if self.time_left() == Some(Duration::ZERO) {
            self.whole
                .supervision
                .end(Reason::Timeout, self.options.grace);
        }
    }

    pub(crate) fn interrupts(&self) -> u32 {
        self.forwarding.as_ref().map_or(0, |it| it.interrupts())
    }

    /// Stops this process once all commands have stopped, for a shell to see that of its job.
    pub(crate) fn stop_with_commands(&self, hide_view: impl Fn(bool)) {
        let Some(forwarding) = &self.forwarding else {
            return;
        };
        // One at a time: a second one would stop this process again once it is continued.
        let _turn = lock(&self.stopping);
        let hide = |is_hidden| {
            hide_view(is_hidden);
            if let Some(window) = &self.window {
                window.hide_view(is_hidden);
            }
        };
        // The view would stay above the shell's prompt.
        hide(true);
        forwarding.stop_with_command(|| {
            let command_states = self.command_states();
            !command_states.is_empty() && command_states.iter().all(|(_, state)| state.is_stopped())
        });
        hide(false);
    }

    /// Closes the window, once all commands have ended. Returns what did not work.
    pub(crate) fn close_window(&self) -> Vec<String> {
        let Some(window) = &self.window else {
            return Vec::new();
        };
        let drained = window.finish(DRAIN_IDLE_TIMEOUT);
        let output = drained.survivor_output;
        let remark = output.and_then(SurvivorOutput::pass_on_in_background);
        drained.remarks.into_iter().chain(remark).collect()
    }

    /// The outcome of several commands together; waits while any is being ended.
    pub(crate) fn outcome_of(&self, part: &RunPart, began: Instant) -> Outcome {
        let task = part.supervision.task();
        let conclusion = part.supervision.conclude().unwrap_or_default();
        let mut remarks = conclusion.remarks;
        let duration = began.elapsed();
        let (record, survivors) = match task {
            Ok(task) => {
                let record = task.finish().ok_or_else(sampling_ended);
                let survivors = task.living();
                task.remove();
                (record, survivors)
            }
            Err(reason) => (Err(reason), Vec::new()),
        };
        let is_whole = std::ptr::eq(part, Arc::as_ptr(&self.whole));
        let group = if is_whole {
            finish_group(self.take_group(), &mut remarks)
        } else {
            Err(GROUP_OF_ALL_TASKS.to_owned())
        };
        let totals = part.totals().clone();
        let ceiling_bytes = ceiling_of_run(&record, totals.largest_bytes, &group);
        let measured = record.as_ref().ok();
        Outcome {
            end: None,
            duration,
            missed_bytes: measured
                .and_then(|record| missed_bytes(&record.task, totals.largest_other_bytes)),
            record,
            ceiling_bytes,
            group,
            tracking: totals.tracking.unwrap_or_else(|| self.events.tracking()),
            guard: conclusion.guard,
            out_of_memory: None,
            process: None,
            stopped: conclusion.stopped,
            survivors,
            remarks,
        }
    }

    /// The means for some of the processes.
    fn control_of(&self, tree: Tree) -> TreeControl {
        TreeControl {
            ending_threads: Arc::clone(&self.ending_threads),
            forwarding: self.forwarding.clone(),
            group: None,
            tree,
        }
    }

    fn children(&self) -> MutexGuard<'_, HashSet<u32>> {
        lock(&self.children)
    }

    fn command_states(&self) -> MutexGuard<'_, Vec<(u32, CommandState)>> {
        lock(&self.command_states)
    }

    fn group(&self) -> MutexGuard<'_, Result<Group, String>> {
        lock(&self.group)
    }

    fn take_group(&self) -> Result<Group, String> {
        std::mem::replace(&mut *self.group(), Err("the run is over".to_owned()))
    }
}

/// Whether orphans of the commands become children of this process.
fn adopt_orphans(events: &ProcessEvents, supervision: &Supervision) -> bool {
    // Where starts are reported, processes are known whichever process adopts them.
    if !matches!(events, ProcessEvents::None(_)) {
        return false;
    }
    become_subreaper()
        .inspect_err(|error| {
            let remark = format!("orphans may be missed: {error}");
            supervision.remark([remark]);
        })
        .is_ok()
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.began.get().is_some() {
            // A signal that is still pending would end this process before it has reported how the
            // commands ended.
            std::mem::forget(self.forwarding.take());
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Session")
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}
