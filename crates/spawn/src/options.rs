//! How a run is made.

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::time::Duration;

use memtop_sampler::{Interval, Metric, SharedRules};
use rustix::process::Signal;

use crate::{GroupUse, GuardOptions, TraceUse};

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
    /// Whether this process exists for the command alone: signals to it are forwarded, and orphans
    /// of the command become its children. It must have no other children then.
    pub stands_in: bool,
    /// The signal that this process gets when its parent dies (`PR_GET_PDEATHSIG`).
    pub own_death_signal: Option<Signal>,
    /// Descriptors that this process has opened for itself. With `stands_in` all others that it
    /// was started with are passed on to the command.
    pub own_descriptors: Vec<RawFd>,
    /// When the run is ended if it has not ended by then.
    pub timeout: Option<Duration>,
    /// How long processes that are asked to end may take.
    pub grace: Duration,
    /// What to do with processes that outlive the command.
    pub survivors: SurvivorsUse,
    /// What ends the run for its memory.
    pub guard: GuardOptions,
    /// The rules that assign processes to tasks.
    pub rules: Option<SharedRules>,
    /// A file that is there, which gets a row of CSV for each sample: milliseconds, and bytes.
    pub samples_file: Option<PathBuf>,
}

/// What to do with processes that outlive the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SurvivorsUse {
    /// Nothing: they go on, as they do behind a shell.
    #[default]
    Leave,
    /// Measure them until they have all ended.
    Wait,
    /// End them.
    Kill,
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
    /// The signal that the command gets when this process dies: the one that this process gets when
    /// its own parent dies, or else `SIGTERM` if it stands in for the command. A traced command
    /// ends with its tracer.
    pub(crate) fn death_signal(&self, is_traced: bool) -> Option<Signal> {
        let asks = self.stands_in && !is_traced;
        self.own_death_signal
            .or_else(|| asks.then_some(Signal::TERM))
    }
}
