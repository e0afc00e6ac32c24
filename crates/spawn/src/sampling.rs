//! The sampler of what this crate starts or watches.

use std::sync::Arc;

use memtop_proc::native::{NativeObserver, ProcRoot, startup};
use memtop_proc::{Error, Startup};
use memtop_sampler::{
    Interval, Metric, SamplerThread, SharedRules, SharedSampler, StartError, TaskHandle,
};

/// Starts the thread that samples what this machine's `/proc` shows.
pub(crate) fn start_sampler(
    interval: Interval,
    metric: Metric,
    prepare: impl FnOnce(&mut NativeObserver) -> Result<(), Error>,
) -> Result<SharedSampler, StartError> {
    let mut observer = NativeObserver::of_this_machine()?;
    prepare(&mut observer)?;
    let sampler = SamplerThread::start(observer, interval, metric);
    Ok(Arc::new(sampler.map_err(StartError::NoThread)?))
}

/// Why a command that was just started is not measured.
pub(crate) fn not_measured(error: StartError) -> String {
    match error {
        StartError::NoSuchProcess(_) => {
            "the command ended at once, or is hidden in /proc".to_owned()
        }
        error => error.to_string(),
    }
}

/// Assigns the processes of a tree to tasks. Variables in the environment of `outside` do not
/// count: the tree has inherited them, as when memtop itself runs in a task of a runner.
pub(crate) fn assign_to_tasks(task: &TaskHandle, rules: &SharedRules, outside: u32) {
    let proc = ProcRoot::system().ok();
    let outside = proc.and_then(|proc| startup(&proc, outside));
    let outside = Startup {
        arguments: [].as_slice().into(),
        ..outside.unwrap_or_default()
    };
    task.attribute(rules, &rules.look(&outside, || None));
}

/// Why nothing is measured any more.
pub(crate) fn sampling_ended() -> String {
    StartError::ThreadEnded.to_string()
}
