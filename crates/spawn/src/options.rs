//! How a run is made.

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::time::Duration;

use memtop_sampler::{Interval, Metric, SharedRules};

use crate::{GroupUse, GuardOptions, SurvivorsUse, TraceUse};

/// How a run is made.
pub struct Options {
    /// The time between samples.
    pub interval: Interval,
    /// What the peak is measured in.
    pub metric: Metric,
    /// Whether the run gets a control group of its own.
    pub group: GroupUse,
    /// Whether every process of the run is traced.
    pub trace: TraceUse,
    /// Whether this process is there for the command alone: signals to it are handed on, and
    /// orphans of the command become its children. It must have no other children then.
    pub stands_in: bool,
    /// The signal that this process gets when its parent dies (`PR_GET_PDEATHSIG`).
    pub own_death_signal: Option<i32>,
    /// Descriptors that this process has opened for itself. With `stands_in` all others that it
    /// was started with are passed on to the command.
    pub own_descriptors: Vec<RawFd>,
    /// When the run is ended if it has not ended by then.
    pub timeout: Option<Duration>,
    /// How long those that are told to end may take.
    pub grace: Duration,
    /// What becomes of those that outlive the command.
    pub survivors: SurvivorsUse,
    /// What ends the run for its memory.
    pub guard: GuardOptions,
    /// By which its tasks are told apart.
    pub rules: Option<SharedRules>,
    /// A file that is there, which gets a row of CSV for each sample: milliseconds, and bytes.
    pub samples_file: Option<PathBuf>,
}

impl Default for Options {
    /// As for a program that starts a command beside others.
    fn default() -> Self {
        Self {
            interval: Interval::Adaptive,
            metric: Metric::Auto,
            group: GroupUse::Auto,
            trace: TraceUse::Auto,
            stands_in: false,
            own_death_signal: None,
            own_descriptors: Vec::new(),
            timeout: None,
            grace: Duration::from_secs(2),
            survivors: SurvivorsUse::Leave,
            guard: GuardOptions::default(),
            rules: None,
            samples_file: None,
        }
    }
}

impl Options {
    /// What the command gets when this process dies: what that one would have got when its own
    /// parent dies, or else, if it stands in for the command, a request to end. What is traced ends
    /// with its tracer.
    pub(crate) fn death_signal(&self, is_traced: bool) -> Option<i32> {
        let asks = self.stands_in && !is_traced;
        self.own_death_signal
            .or_else(|| asks.then_some(libc::SIGTERM))
    }
}
