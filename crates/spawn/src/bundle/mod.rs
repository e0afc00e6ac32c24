//! Several commands as one run: sampled together, so that the peak is that of all at one time, in
//! one control group, and each task of them with figures and a guard of its own.

mod joint;
pub(crate) mod part;
pub(crate) mod place;

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use joint::Joint;
use memtop_sampler::{Alarm, Interval, Metric, SharedRules, Snapshot};
use memtop_terminal::StreamsUse;
use part::Part;
use place::Place;

use crate::options::Options;
use crate::outcome::{Outcome, Reason};
use crate::{
    Command, CourseReader, GroupUse, GuardOptions, Run, StartError, SurvivorsUse, TraceUse,
};

/// Between two looks at what nobody tells: orphans that have ended, the group of the run.
const LOOK_EVERY: Duration = Duration::from_millis(100);

type OnEnd = Box<dyn FnOnce(Outcome) + Send>;

enum Order {
    Alarm(Arc<Part>, Box<Alarm>),
    /// To nobody when the bundle was dropped.
    Finish(Option<OnEnd>),
}

/// A run of several commands.
pub struct Bundle {
    joint: Arc<Joint>,
    orders: Sender<Order>,
    common: Common,
}

/// A task of a bundle.
pub struct BundleTask {
    began: Instant,
    place: Place,
    common: Common,
}

impl Bundle {
    /// Makes everything ready for commands. Times count from here. Of the streams in the options only
    /// a window counts: commands whose streams are those of this process write to it.
    ///
    /// # Errors
    /// When the operating system gives no thread, or no control group where one must be.
    pub fn start(
        mut options: Options,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) -> Result<Self, StartError> {
        let streams = std::mem::take(&mut options.streams);
        let (joint, finder) = Joint::start(&options, streams, Box::new(on_alarm))?;
        let joint = Arc::new(joint);
        let common = Common::of(&options);
        let (orders, inbox) = channel();
        let supervised = Arc::clone(&joint);
        Builder::new()
            .name("memtop-tasks".to_owned())
            .spawn(move || supervise(&supervised, &inbox))?;
        let tell = telling(&joint.whole, &orders);
        joint.guard(&joint.whole, options.guard, Some(finder), tell);
        Ok(Self {
            joint,
            orders,
            common,
        })
    }

    /// Opens a task for commands to be in.
    pub fn add_task(
        &self,
        guard: GuardOptions,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) -> BundleTask {
        let part = Arc::new(self.joint.part(Box::new(on_alarm)));
        let tell = telling(&part, &self.orders);
        self.joint.guard(&part, guard, None, tell);
        BundleTask {
            began: Instant::now(),
            place: Place {
                joint: Arc::clone(&self.joint),
                part,
            },
            common: self.common.clone(),
        }
    }

    /// Ends everybody: they are told to end, and killed after `grace`; the one of the options when
    /// absent. Safe to call again, which is a reason to hurry.
    pub fn stop(&self, grace: Option<Duration>) {
        Joint::end(&self.joint, &self.joint.whole, Reason::Request, grace);
    }

    /// How it is; `None` when it is not measured.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.joint.snapshot(&self.joint.whole)
    }

    /// What everybody is ended at, where that is a limit.
    #[must_use]
    pub fn limit_bytes(&self) -> Option<u64> {
        self.joint.whole.limit_bytes()
    }

    /// Writes between the lines of the commands, in the window that they write to. `false` where
    /// there is none, or not any more: nothing was written then.
    #[must_use]
    pub fn write(&self, bytes: &[u8]) -> bool {
        let window = self.joint.window.as_ref();
        window.is_some_and(|window| window.write(bytes))
    }

    /// What reads the course of all commands together; `None` when it is not measured.
    #[must_use]
    pub fn course(&self) -> Option<CourseReader> {
        let sampler = self.joint.sampler.as_ref().ok()?;
        let task = self.joint.whole.account.as_ref().ok()?;
        Some(CourseReader::of(Arc::downgrade(sampler), *task))
    }

    /// How often somebody wanted the commands to end, by a signal to this process.
    #[must_use]
    pub fn interrupts(&self) -> u32 {
        self.joint.interrupts()
    }

    /// Ends the measuring, once all commands have ended. `on_end` is called once, on another thread;
    /// not when this has been called before.
    pub fn finish(&self, on_end: impl FnOnce(Outcome) + Send + 'static) {
        // After the end nobody reads it.
        let _ = self.orders.send(Order::Finish(Some(Box::new(on_end))));
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Finish(None));
    }
}

impl BundleTask {
    /// Starts a command. `on_end` is called once, on a thread of the command's own, with what became
    /// of that command alone.
    ///
    /// # Errors
    /// When it cannot be started, as while everybody is being ended; `on_end` is not called then.
    pub fn run(
        &self,
        command: Command,
        streams: StreamsUse,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Run, StartError> {
        if self.place.part.ending().is_some() {
            let error = std::io::Error::other("the task is being ended");
            return Err(StartError::System(error));
        }
        let streams = match (streams, &self.place.joint.window) {
            (StreamsUse::Inherited, Some(window)) => StreamsUse::Shared(Arc::clone(window)),
            (streams, _) => streams,
        };
        let options = self.common.options(streams);
        let run = Run::start_in(Some(self.place.clone()), command, options, |_| {}, on_end)?;
        // Whoever ends everybody may have looked for the last time before this one was there.
        if self.place.part.ending().is_some() {
            run.stop(Some(Duration::ZERO));
        }
        Ok(run)
    }

    /// How the task is; `None` when it is not measured.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.place.joint.snapshot(&self.place.part)
    }

    /// Ends everybody in the task; see [`Bundle::stop`].
    pub fn stop(&self, grace: Option<Duration>) {
        let Place { joint, part } = &self.place;
        Joint::end(joint, part, Reason::Request, grace);
    }

    /// Closes the task, once its commands have ended, and calls `on_end` on another thread. Those
    /// that outlive them count for the whole run only from then on.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn finish(&self, on_end: impl FnOnce(Outcome) + Send + 'static) -> std::io::Result<()> {
        let (place, began) = (self.place.clone(), self.began);
        Builder::new()
            .name("memtop-task".to_owned())
            .spawn(move || on_end(place.joint.outcome(&place.part, began)))?;
        Ok(())
    }
}

/// What each command is started with. Time and guard are those of the whole.
#[derive(Clone)]
struct Common {
    interval: Interval,
    metric: Metric,
    group: GroupUse,
    trace: TraceUse,
    stands_in: bool,
    own_death_signal: Option<i32>,
    grace: Duration,
    survivors: SurvivorsUse,
    rules: Option<SharedRules>,
}

impl Common {
    fn of(all: &Options) -> Self {
        Self {
            interval: all.interval,
            metric: all.metric,
            group: all.group,
            trace: all.trace,
            stands_in: all.stands_in,
            own_death_signal: all.own_death_signal,
            grace: all.grace,
            survivors: all.survivors,
            rules: all.rules.clone(),
        }
    }

    fn options(&self, streams: StreamsUse) -> Options {
        Options {
            interval: self.interval,
            metric: self.metric,
            group: self.group,
            trace: self.trace,
            stands_in: self.stands_in,
            own_death_signal: self.own_death_signal,
            own_descriptors: Vec::new(),
            timeout: None,
            grace: self.grace,
            streams,
            survivors: self.survivors,
            guard: GuardOptions {
                is_on: false,
                ..GuardOptions::default()
            },
            rules: self.rules.clone(),
            samples_file: None,
        }
    }
}

fn telling(part: &Arc<Part>, orders: &Sender<Order>) -> impl FnMut(Alarm) + Send + use<> {
    let (part, orders) = (Arc::clone(part), orders.clone());
    move |alarm| {
        // Once nobody listens, there is nothing to guard.
        let _ = orders.send(Order::Alarm(Arc::clone(&part), Box::new(alarm)));
    }
}

fn supervise(joint: &Arc<Joint>, inbox: &Receiver<Order>) {
    let is_over = |timeout: Duration| joint.began.elapsed() >= timeout;
    loop {
        let left = joint
            .timeout
            .map(|timeout| timeout.saturating_sub(joint.began.elapsed()))
            // Then everybody is being ended.
            .filter(|left| !left.is_zero());
        match inbox.recv_timeout(left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY))) {
            Ok(Order::Alarm(part, alarm)) => {
                if part.handle_alarm(&alarm) {
                    Joint::end(joint, &part, Reason::Guard, None);
                }
            }
            Ok(Order::Finish(on_end)) => {
                let mut outcome = joint.outcome(&joint.whole, joint.began);
                outcome.remarks.extend(joint.close_window());
                if let Some(on_end) = on_end {
                    on_end(outcome);
                }
                return;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        joint.look();
        if joint.timeout.is_some_and(is_over) {
            Joint::end(joint, &joint.whole, Reason::Timeout, None);
        }
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Bundle")
            .field("joint", &self.joint)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BundleTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BundleTask")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
