//! What can have been written to new memory on the whole machine between two samples: no more than
//! its page faults gave, and no more than its CPUs can write. No process can have grown by more,
//! seen or not.

use std::thread::available_parallelism;
use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{MachineFaults, Observer};

/// No CPU writes more than this to new memory, in bytes a second: the kernel clears each page
/// first, and even with huge pages that goes no faster.
const WRITTEN_A_SECOND: f64 = 12e9;
/// Pages of a huge page.
const HUGE: u64 = 512;
/// Pages of a file that one fault can map (`fault_around_bytes`), and the most faults on files that
/// no process has mapped yet between two samples: starting a program takes fewer.
const AROUND: u64 = 16;
const MOST_AROUND: u64 = 128;

/// What can have been written, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    /// To memory that no file backs.
    pub(crate) anonymous: u64,
    /// With files that were mapped.
    pub(crate) any: u64,
}

/// Whether huge faults were counted in this sample, and how many there were since the last count.
#[derive(Clone, Copy, Debug)]
enum HugeFaultCount {
    NotYet,
    Since(Option<u64>),
}

#[derive(Debug)]
pub(crate) struct MachineWrites {
    cpus: f64,
    /// As counted at an earlier sample, and in this one.
    before: Option<MachineFaults>,
    now: Option<MachineFaults>,
    /// Faults that gave a huge page, as counted before, and since then.
    huge_before: Option<u64>,
    huge_since: HugeFaultCount,
    /// CPU time that counting has taken so far.
    pub(crate) spent: Duration,
}

impl MachineWrites {
    pub(crate) fn start<O: Observer>(observer: &mut O) -> Self {
        Self {
            cpus: available_parallelism().map_or(1.0, |cpus| cpus.get() as f64),
            before: observer.machine_faults(),
            now: None,
            huge_before: observer.huge_faults(),
            huge_since: HugeFaultCount::NotYet,
            spent: Duration::ZERO,
        }
    }

    /// Begins a sample.
    pub(crate) fn begin(&mut self) {
        self.before = self.now.take().or(self.before);
        self.huge_since = HugeFaultCount::NotYet;
    }

    /// What was counted in this sample is out of date.
    pub(crate) fn expire(&mut self) {
        self.now = None;
        self.huge_since = HugeFaultCount::NotYet;
    }

    /// The faults so far.
    pub(crate) fn count<O: Observer>(&mut self, observer: &mut O) -> Option<MachineFaults> {
        if self.now.is_none() {
            let before = thread_cpu();
            self.now = observer.machine_faults();
            self.spent += thread_cpu().saturating_sub(before);
        }
        self.now
    }

    /// Faults since they were counted at an earlier sample, which may be longer ago than the last.
    fn since(&self) -> Option<MachineFaults> {
        Option::zip(self.now, self.before).map(|(now, before)| between(before, now))
    }

    /// The most pages that `faults` of one process can have added to it.
    pub(crate) fn pages_of<O: Observer>(&mut self, observer: &mut O, faults: u64) -> u64 {
        if faults == 0 {
            return 0;
        }
        let huge = match self.huge_since {
            HugeFaultCount::Since(huge) => huge,
            HugeFaultCount::NotYet => {
                let now = observer.huge_faults();
                let before = std::mem::replace(&mut self.huge_before, now);
                let since =
                    Option::zip(now, before).map(|(now, before)| now.saturating_sub(before));
                self.huge_since = HugeFaultCount::Since(since);
                since
            }
        };
        pages(faults, huge)
    }

    /// What CPUs can have written within a time.
    pub(crate) fn by_time(&self, time: Duration) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive size"
        )]
        let bytes = (time.as_secs_f64() * self.cpus * WRITTEN_A_SECOND) as u64;
        bytes
    }

    /// What can have been written since the last sample, `gap` ago.
    pub(crate) fn written<O: Observer>(&mut self, observer: &mut O, gap: Duration) -> Written {
        self.count(observer);
        self.written_as_counted(gap, observer.page_bytes())
    }

    /// The same, by faults only where they have been counted in this sample.
    pub(crate) fn written_as_counted(&self, gap: Duration, page_bytes: u64) -> Written {
        let by_time = self.by_time(gap);
        let Some(since) = self.since() else {
            return Written {
                anonymous: by_time,
                any: by_time,
            };
        };
        let by_faults = |pages: u64| pages.saturating_mul(page_bytes).min(by_time);
        let anonymous = pages(since.all, since.huge);
        Written {
            anonymous: by_faults(anonymous),
            any: by_faults(anonymous + since.all.min(MOST_AROUND) * (AROUND - 1)),
        }
    }
}

/// Over this time, memory that was not seen is worked out where births and ends are not reported.
const WINDOW: Duration = Duration::from_millis(20);

/// What was written within a time, and which of it sampled processes have.
#[derive(Debug, Default)]
pub(crate) struct Window {
    start: Duration,
    faults: Option<MachineFaults>,
    /// What living processes have allocated since the start.
    allocated: u64,
}

impl Window {
    pub(crate) fn add_allocated(&mut self, bytes: u64) {
        self.allocated += bytes;
    }

    pub(crate) fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.start) >= WINDOW
    }

    /// What was written since the start and is in no sampled process; `None` in the first window.
    pub(crate) fn close<O: Observer>(
        &mut self,
        now: Duration,
        machine: &mut MachineWrites,
        observer: &mut O,
    ) -> Option<u64> {
        let by_time = machine.by_time(now.saturating_sub(self.start));
        let faults = machine.count(observer);
        let closed = std::mem::replace(
            self,
            Self {
                start: now,
                faults,
                allocated: 0,
            },
        );
        let written = match (closed.faults?, faults) {
            (before, Some(now)) => pages_between(before, now) * observer.page_bytes(),
            (_, None) => by_time,
        };
        Some(written.min(by_time).saturating_sub(closed.allocated))
    }
}

/// Anonymous pages given to any process between two counts.
pub(crate) fn pages_between(before: MachineFaults, now: MachineFaults) -> u64 {
    let MachineFaults { all, huge } = between(before, now);
    pages(all, huge)
}

fn between(before: MachineFaults, now: MachineFaults) -> MachineFaults {
    MachineFaults {
        all: now.all.saturating_sub(before.all),
        huge: Option::zip(now.huge, before.huge).map(|(now, before)| now.saturating_sub(before)),
    }
}

fn pages(faults: u64, huge: Option<u64>) -> u64 {
    faults + huge.map_or(faults, |huge| huge.min(faults)) * (HUGE - 1)
}
