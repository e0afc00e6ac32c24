//! One command from start to end, with its tree sampled.

use std::os::fd::RawFd;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::Observer;
use memtop_proc::linux::cgroup::Entrance;
use memtop_proc::linux::{LinuxObserver, ProcRoot};
use memtop_sampler::{Interval, Metric, Record, SamplerThread, TaskId};

use crate::group::Group;
use crate::inherited::inherited_descriptors;
use crate::wait::{Child, adopt_orphans, reap_others};
use crate::{Command, End, Forwarding, GroupRecord, GroupUse, StartError};

/// Between two looks at what no signal tells: orphans that have ended, the group of the run.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// For an end that the kernel did not tell, as when the host process reaps every child itself.
const UNKNOWN_EXIT_CODE: i32 = 125;

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time between samples.
    pub interval: Interval,
    /// What the peak is measured in.
    pub metric: Metric,
    /// Whether the run gets a control group of its own.
    pub group: GroupUse,
    /// Whether this process is there for the command alone: signals to it are handed on, and
    /// orphans of the command become its children. It must have no other children then.
    pub stands_in: bool,
    /// Descriptors that this process has opened for itself. With `stands_in` all others that it
    /// was started with are passed on to the command.
    pub own_descriptors: Vec<RawFd>,
}

/// What is known once the command has ended.
#[derive(Debug)]
pub struct Outcome {
    /// How the command ended.
    pub end: End,
    /// From just before the start until the end.
    pub duration: Duration,
    /// What was measured, or why nothing was.
    pub record: Result<Record, String>,
    /// What one process had at one time by what the kernel told at the end, where that is more
    /// than any sample says. Without what others could have, too.
    pub missed_bytes: Option<u64>,
    /// What the true peak cannot have been higher than, or why that is unknown.
    pub ceiling_bytes: Result<u64, String>,
    /// What the kernel counted in the group of the run, or why there was none.
    pub group: Result<GroupRecord, String>,
    /// What did not work and did not stop the run, in words.
    pub remarks: Vec<String>,
}

/// A command that is running.
#[derive(Debug)]
pub struct Run {
    pid: u32,
}

impl Run {
    /// Starts a command. `on_end` is called once, on a thread of the run's own.
    ///
    /// # Errors
    /// When the command cannot be started; `on_end` is not called then.
    pub fn start(
        command: Command,
        options: Options,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        let (started, start) = channel();
        Builder::new()
            .name("memtop-run".to_owned())
            .spawn(move || {
                // The caller waits for this answer and cannot have gone away.
                match Supervised::start(command, &options) {
                    Ok((pid, run)) => {
                        let _ = started.send(Ok(pid));
                        on_end(run.until_end());
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            })?;
        let pid = start.recv().unwrap_or_else(|_| {
            let error = std::io::Error::other("the supervising thread has ended");
            Err(StartError::System(error))
        })?;
        Ok(Self { pid })
    }

    /// The command's pid.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

/// What the supervising thread holds while the command runs.
struct Supervised {
    child: Child,
    started: Instant,
    sampling: Result<(SamplerThread, TaskId), String>,
    group: Result<Group, String>,
    forwarding: Option<Forwarding>,
    adopts_orphans: bool,
    /// The most memory that this process had when the command was started.
    own_highest_bytes: Option<u64>,
    /// The most memory of any process that has been waited for.
    largest_bytes: u64,
    remarks: Vec<String>,
}

impl Supervised {
    fn start(mut command: Command, options: &Options) -> Result<(u32, Self), StartError> {
        if options.stands_in {
            command
                .descriptors
                .extend(inherited_descriptors(&options.own_descriptors));
        }
        let mut remarks = Vec::new();
        let sampler = start_sampler(options);
        let (group, entrance) = match make_group(options.group)? {
            Ok((group, entrance)) => (Ok(group), Some(entrance)),
            Err(reason) => (Err(reason), None),
        };
        let adopts_orphans = options.stands_in
            && adopt_orphans()
                .inspect_err(|error| remarks.push(format!("orphans may be missed: {error}")))
                .is_ok();
        let own_highest_bytes = own_highest_bytes();
        let mut forwarding = options.stands_in.then(Forwarding::begin).flatten();
        let started = Instant::now();
        let pid = command.start(entrance)?.id();
        let child = Child::new(pid)?;
        if let Some(forwarding) = &mut forwarding
            && let Err(error) = forwarding.aim_at(pid)
        {
            remarks.push(format!(
                "signals to memtop do not reach the command: {error}"
            ));
        }
        let adopter = adopts_orphans.then(process::id);
        let sampling = sampler.and_then(|sampler| match sampler.add_new_task(pid, adopter) {
            Ok(task) => Ok((sampler, task)),
            Err(error) => Err(error.to_string()),
        });
        let run = Self {
            child,
            started,
            sampling,
            group,
            forwarding,
            adopts_orphans,
            own_highest_bytes,
            largest_bytes: 0,
            remarks,
        };
        Ok((pid, run))
    }

    fn until_end(mut self) -> Outcome {
        while !self.child.ends_within(LOOK_EVERY) {
            self.look();
        }
        let waited = self.child.wait();
        let duration = self.started.elapsed();
        drop(self.forwarding.take());
        let end = match waited {
            Ok(waited) => {
                self.largest_bytes = self.largest_bytes.max(waited.largest_bytes);
                waited.end
            }
            Err(error) => {
                self.remarks
                    .push(format!("how the command ended is unknown: {error}"));
                End::Exited(UNKNOWN_EXIT_CODE)
            }
        };
        self.outcome(end, duration)
    }

    fn look(&mut self) {
        if self.adopts_orphans {
            for waited in reap_others(&self.child) {
                self.largest_bytes = self.largest_bytes.max(waited.largest_bytes);
            }
        }
        if let (Ok(group), Ok((sampler, task))) = (&mut self.group, &self.sampling) {
            group.look(|| sampler.pids(*task));
        }
    }

    fn outcome(mut self, end: End, duration: Duration) -> Outcome {
        let record = self.sampling.and_then(|(sampler, task)| {
            sampler
                .finish(task)
                .ok_or_else(|| "the sampling thread has ended".to_owned())
        });
        let group = self.group.map(|group| {
            let (record, remark) = group.finish();
            self.remarks.extend(remark);
            record
        });
        // A child starts as a copy of this process, and the kernel counts that as its own.
        let tells = self
            .own_highest_bytes
            .is_some_and(|own| self.largest_bytes > own);
        let largest_bytes = if tells { self.largest_bytes } else { 0 };
        let missed_bytes = record
            .as_ref()
            .ok()
            .and_then(|record| missed_bytes(record, largest_bytes));
        let ceiling_bytes = record.as_ref().map_err(Clone::clone).and_then(|record| {
            ceiling(record, self.largest_bytes, group.as_ref().ok())
                .ok_or_else(|| "not one sample was taken".to_owned())
        });
        Outcome {
            end,
            duration,
            record,
            missed_bytes,
            ceiling_bytes,
            group,
            remarks: self.remarks,
        }
    }
}

/// What one process had at one time, without what belonged to files or to shared memory, where that
/// is more than the highest sum that was sampled.
fn missed_bytes(record: &Record, largest: u64) -> Option<u64> {
    let (sampled, shared) = match &record.task.largest {
        Some(largest) => (largest.bytes, largest.shared_bytes),
        None => (0, 0),
    };
    let own = largest.max(sampled).saturating_sub(shared);
    let peak = record.task.peak.as_ref().map_or(0, |peak| peak.bytes);
    (own > peak).then_some(own)
}

/// What the true peak cannot have been higher than, by what is remembered of each process and by
/// what the kernel counted in the group. There, files may be missing that were in memory before.
fn ceiling(record: &Record, largest: u64, group: Option<&GroupRecord>) -> Option<u64> {
    let by_processes = record.task.ceiling.bytes(Some(largest))?;
    let by_group = group
        .filter(|group| group.escaped == 0)
        .and_then(|group| Some(group.peak_bytes? + record.task.most_shared_bytes))
        // Less than was seen: somebody has left the group unnoticed.
        .filter(|&by_group| by_group >= record.task.peak.as_ref().map_or(0, |peak| peak.bytes));
    Some(by_group.map_or(by_processes, |by_group| by_group.min(by_processes)))
}

fn start_sampler(options: &Options) -> Result<SamplerThread, String> {
    let mut observer = ProcRoot::system()
        .and_then(LinuxObserver::new)
        .map_err(|error| error.to_string())?;
    observer.note_present().map_err(|error| error.to_string())?;
    SamplerThread::start(observer, options.interval, options.metric)
        .map_err(|error| error.to_string())
}

/// One process may have several runs at a time.
static RUNS: AtomicU64 = AtomicU64::new(0);

type MadeGroup = Result<(Group, Entrance), String>;

fn make_group(group: GroupUse) -> Result<MadeGroup, StartError> {
    if group == GroupUse::Off {
        return Ok(Err("it was not asked for".to_owned()));
    }
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    match Group::create(&format!("memtop-{}-{run}", process::id())) {
        Err(reason) if group == GroupUse::On => Err(StartError::NoGroup(reason)),
        made => Ok(made),
    }
}

fn own_highest_bytes() -> Option<u64> {
    let mut observer = ProcRoot::system().and_then(LinuxObserver::new).ok()?;
    let own = observer.identify(process::id()).ok()??;
    Some(observer.high_water(own.id).ok()??.highest_bytes)
}
