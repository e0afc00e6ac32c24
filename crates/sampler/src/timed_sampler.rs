//! A sampler with its clock: when samples, polls and guard checks are due, and what follows each.
//! Any thread may call it.

use std::time::{Duration, Instant};

use memtop_proc::native::thread_cpu;
use memtop_proc::{GroupCounters, Observer, ProcessId};

use crate::budget::Budget;
use crate::guarded_task::{GuardedTask, TaskGuard};
use crate::pace::Pace;
use crate::sampler::births::Looks;
use crate::{
    Event, Interval, Metric, Record, Sampler, SharedRules, Snapshot, TaskId, TaskRecord, Traits,
};

/// The share of all time that samples at the starts and ends of processes may take, on top of the
/// regular ones.
const SHARE_AT_EVENTS: f64 = 0.01;
const MOST_AT_EVENTS: Duration = Duration::from_millis(20);

/// A process is young for so long, and is looked at this often meanwhile.
const YOUNG: Duration = Duration::from_millis(20);
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// The same without the budget for it, or while all are small.
const LOOK_SELDOM_EVERY: Duration = Duration::from_millis(4);

/// However seldom samples are taken, guarded tasks are checked this often.
const GUARD_EVERY: Duration = Duration::from_millis(100);
/// And counters are read this often, which takes the same time however large the tree is.
const POLL_EVERY: Duration = Duration::from_millis(4);
/// The same while they change, and as a multiple of what it costs.
const POLL_IN_CHANGE_EVERY: Duration = Duration::from_millis(1);
const REST_AFTER_POLL: u32 = 50;

pub(crate) struct TimedSampler<O: Observer> {
    pub(crate) sampler: Sampler<O>,
    pub(crate) pace: Pace,
    /// When the next sample is to be taken.
    pub(crate) due: Instant,
    pub(crate) is_closed: bool,
    /// Times are counted from here.
    pub(crate) started: Instant,
    at_events: Budget,
    /// When young processes are looked at next, while there are any.
    look_due: Option<Duration>,
    last_cost: Duration,
    last_sample: Instant,
    last_poll: Instant,
    has_counters: bool,
    /// Whether counters have changed between the last two polls.
    is_changing: bool,
    cost_of_poll: Duration,
    guarded: Vec<GuardedTask>,
    cpu: Duration,
}

impl<O: Observer> TimedSampler<O> {
    pub(crate) fn new(observer: O, interval: Interval, metric: Metric) -> Self {
        let now = Instant::now();
        Self {
            sampler: Sampler::new(observer, metric),
            pace: Pace::new(interval),
            due: now,
            is_closed: false,
            started: now,
            at_events: Budget::new(SHARE_AT_EVENTS, MOST_AT_EVENTS),
            look_due: None,
            last_cost: Duration::ZERO,
            last_sample: now,
            last_poll: now,
            has_counters: false,
            is_changing: false,
            cost_of_poll: Duration::ZERO,
            guarded: Vec::new(),
            cpu: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn samples(&self) -> bool {
        !self.sampler.is_idle() && !self.pace.ended()
    }

    /// The next multiple of the interval; those that were missed are left out, not made up for.
    pub(crate) fn next_due(&self) -> Instant {
        let interval = self.pace.interval();
        let late = Instant::now().saturating_duration_since(self.due);
        let missed = late.as_nanos() / interval.as_nanos().max(1);
        self.due + interval * u32::try_from(missed + 1).unwrap_or(u32::MAX)
    }

    /// When the next sample, guard check or poll is due.
    pub(crate) fn next_turn(&self) -> Instant {
        let mut next = self.due;
        if !self.guarded.is_empty() {
            next = next.min(self.guard_check_due());
        }
        if self.has_counters {
            let every = if self.is_changing {
                POLL_IN_CHANGE_EVERY.max(self.cost_of_poll * REST_AFTER_POLL)
            } else {
                POLL_EVERY
            };
            next = next.min(self.last_poll + every);
        }
        next
    }

    pub(crate) fn take_turn(&mut self) {
        let now = Instant::now();
        if now >= self.due {
            self.tick();
            self.due = self.next_due();
        } else if !self.guarded.is_empty() && now >= self.guard_check_due() {
            self.sample();
        } else {
            self.poll_counters();
        }
    }

    fn guard_check_due(&self) -> Instant {
        self.last_sample + GUARD_EVERY
    }

    /// From now on the kernel counts what is in a task.
    pub(crate) fn set_counters(&mut self, task: TaskId, counters: Box<dyn GroupCounters>) {
        self.sampler.set_counters(task, counters);
        self.has_counters = true;
    }

    /// Reads the counters. A new high is worth a sample, which shows the processes behind it, as
    /// far as the budget goes.
    fn poll_counters(&mut self) {
        self.last_poll = Instant::now();
        let now = self.now();
        let (cost, poll) = self.timed(|sampler| sampler.poll_counters(now));
        self.cost_of_poll = cost;
        self.has_counters = self.sampler.has_counters();
        self.is_changing = poll.is_changing;
        if !poll.is_high || self.last_sample.elapsed() < POLL_EVERY {
            return;
        }
        self.at_events.fill(now);
        if self.at_events.allows(self.last_cost) {
            let (cost, _) = self.timed(|sampler| sampler.sample(now));
            self.at_events.spend(cost);
            self.after_sample();
        } else {
            self.check_guarded();
        }
    }

    pub(crate) fn guard(&mut self, task: TaskId, guard: TaskGuard) {
        self.guarded.push(GuardedTask::new(task, guard));
        self.check_guarded();
    }

    /// Whether a task still grows although it is being ended for its memory.
    pub(crate) fn is_urgent(&self, task: TaskId) -> bool {
        let mut of_task = self
            .guarded
            .iter()
            .filter(|guarded_task| guarded_task.task() == task);
        of_task.any(GuardedTask::is_urgent)
    }

    pub(crate) fn attribute(&mut self, task: TaskId, rules: SharedRules, before: &Traits) {
        let now = self.now();
        self.timed(|sampler| sampler.attribute(task, rules, before, now));
    }

    pub(crate) fn assign_to_task(
        &mut self,
        root: TaskId,
        pid: u32,
        runner: &str,
        name: &str,
    ) -> bool {
        let now = self.now();
        self.timed(|sampler| sampler.assign_to_task(root, pid, runner, name, now))
            .1
    }

    pub(crate) fn tick(&mut self) {
        let beside = self.sampler.time_beside();
        let now = self.now();
        let (cost, outcome) = self.timed(|sampler| sampler.tick(now));
        let beside = self.sampler.time_beside().saturating_sub(beside);
        self.last_cost = cost.saturating_sub(beside);
        let is_changing = self.sampler.take_change();
        self.pace
            .learn(self.last_cost, outcome.is_err(), is_changing);
        self.after_sample();
    }

    /// A sample between the regular ones.
    pub(crate) fn sample(&mut self) {
        if self.samples() {
            let now = self.now();
            // A failure shows in the next regular sample, too.
            let _ = self.timed(|sampler| sampler.sample(now));
            self.after_sample();
        }
    }

    /// Takes a sample and returns the processes of a task.
    pub(crate) fn sampled_members(&mut self, task: TaskId) -> Vec<ProcessId> {
        self.sample();
        self.sampler.members(task).collect()
    }

    fn after_sample(&mut self) {
        self.last_sample = Instant::now();
        self.last_poll = self.last_sample;
        self.check_guarded();
    }

    fn check_guarded(&mut self) {
        if self.guarded.is_empty() {
            return;
        }
        let now = self.now();
        let mut guarded = std::mem::take(&mut self.guarded);
        let before = thread_cpu();
        let (interval, cpu) = (self.pace.interval(), self.cpu);
        for guarded_task in &mut guarded {
            let task = guarded_task.task();
            guarded_task.check(&mut self.sampler, now, |sampler| Record {
                interval,
                cpu,
                ..sampler.record(task)
            });
        }
        self.cpu += thread_cpu().saturating_sub(before);
        guarded.retain(|guarded_task| self.sampler.has_task(guarded_task.task()));
        self.guarded = guarded;
    }

    /// A sample while a process that is about to end still has its memory, as far as the budget
    /// goes.
    pub(crate) fn sample_at_exit(&mut self, pid: u32) {
        let now = self.now();
        self.at_events.fill(now);
        if !self.samples() || !self.at_events.allows(self.last_cost) {
            return;
        }
        // A failure shows in the next regular sample, too.
        let (cost, is_sampled) = self.timed(|sampler| {
            let is_worth_it = sampler.may_be_high(pid);
            is_worth_it && sampler.sample_at_exit(pid, now).is_ok()
        });
        self.at_events.spend(cost);
        if is_sampled {
            self.after_sample();
        }
    }

    /// Samples processes that have just started, as far as the budget goes. Returns how long to
    /// wait for the next look; `None` when no process is young.
    pub(crate) fn look_at_young(&mut self) -> Option<Duration> {
        let now = self.now();
        let is_one_young = |since: Duration| now.saturating_sub(since) < YOUNG;
        if !self.samples() || !self.sampler.last_birth().is_some_and(is_one_young) {
            self.look_due = None;
            return None;
        }
        let looks = self.sampler.looks_at_young();
        let every = match looks {
            Looks::Often => LOOK_EVERY,
            Looks::Seldom | Looks::Never => LOOK_SELDOM_EVERY,
        };
        // Most processes that end within the first moments never matter.
        let due = *self.look_due.get_or_insert(now + every);
        let wait = due.saturating_sub(now);
        if !wait.is_zero() {
            return Some(wait);
        }
        self.at_events.fill(now);
        let is_affordable = self.at_events.allows(self.last_cost);
        let wait = if is_affordable {
            every
        } else {
            LOOK_SELDOM_EVERY
        };
        if looks != Looks::Never && is_affordable && self.last_sample.elapsed() >= every {
            // A failure shows in the next regular sample, too.
            let (cost, _) = self.timed(|sampler| sampler.sample(now));
            self.at_events.spend(cost);
            self.after_sample();
        }
        self.look_due = Some(now + wait);
        Some(wait)
    }

    pub(crate) fn handle(&mut self, events: Vec<(Instant, Event)>) {
        if events.is_empty() {
            return;
        }
        let (started, now) = (self.started, self.now());
        let (_, failures) = self.timed(|sampler| {
            sampler.expect(events.iter().map(|(_, event)| event));
            let outcomes = events.into_iter().map(|(reported, event)| {
                let at = reported.saturating_duration_since(started).min(now);
                sampler.handle(event, at)
            });
            outcomes.filter(Result::is_err).count()
        });
        for _ in 0..failures {
            self.pace.note_trouble();
        }
    }

    pub(crate) fn finish(&mut self) {
        if !self.pace.ended() {
            let now = self.now();
            // A failure now is no reason to slow down any more.
            let _ = self.timed(|sampler| sampler.finish(now));
        }
    }

    pub(crate) fn record(&self, task: TaskId) -> Record {
        Record {
            interval: self.pace.interval(),
            cpu: self.cpu,
            slowed_down: self.pace.slowed_down(),
            gave_up: self.pace.ended(),
            ..self.sampler.record(task)
        }
    }

    /// With what is only needed at the end.
    pub(crate) fn last_record(&self, task: TaskId) -> Record {
        Record {
            programs: self.sampler.programs(task),
            ..self.record(task)
        }
    }

    pub(crate) fn snapshot(&self, task: TaskId) -> Snapshot {
        Snapshot {
            at: self.last_sample.saturating_duration_since(self.started),
            bytes: self.sampler.bytes(task),
            record: self.record(task),
            living: self.sampler.living(task),
        }
    }

    /// Ends a task and its guards: another task may get its number.
    pub(crate) fn remove_task(&mut self, task: TaskId) -> Option<TaskRecord> {
        self.guarded
            .retain(|guarded_task| guarded_task.task() != task);
        self.sampler.remove_task(task)
    }

    fn timed<T>(&mut self, act: impl FnOnce(&mut Sampler<O>) -> T) -> (Duration, T) {
        let before = thread_cpu();
        let outcome = act(&mut self.sampler);
        let cost = thread_cpu().saturating_sub(before);
        self.cpu += cost;
        (cost, outcome)
    }
}
