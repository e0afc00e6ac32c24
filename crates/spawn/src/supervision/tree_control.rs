//! How processes are found and ended.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::native::cgroup::Cgroup;
use memtop_proc::native::{EndRunOptions, EndRunOutcome, ProcRoot, end_run};
use memtop_proc::{Error, ProcessId};
use memtop_sampler::{TaskHandle, WeakTask};
use memtop_terminal::Forwarding;
use rustix::process::{Signal, pidfd_send_signal};

use super::EndingThreads;

/// How long the sampler is waited for to name the processes.
const SAMPLER_MAY_TAKE: Duration = Duration::from_millis(50);

/// By what the processes are found and ended.
#[derive(Clone)]
pub(crate) struct TreeControl {
    pub(crate) ending_threads: Arc<EndingThreads>,
    /// Counts the signals that ask this process to end.
    pub(crate) forwarding: Option<Arc<Forwarding>>,
    /// A control group with these processes in it and no others.
    pub(crate) group: Option<Cgroup>,
    pub(crate) tree: Tree,
}

/// Which processes they are.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// What the sampler knows them as, or why they are not sampled.
    pub(crate) task: Result<WeakTask, String>,
    /// The one that all others descend from, where there is such a process.
    pub(crate) root: Option<ProcessId>,
    pub(crate) pidfd: Option<Arc<OwnedFd>>,
}

impl TreeControl {
    /// Ends all processes and returns when they are gone, or when they turn out not to be. The
    /// grace is over as soon as there is a reason to hurry: `skip_grace` says so, a signal asks
    /// this process to end, or the processes still grow past their limit.
    pub(super) fn end_all(&self, grace: Duration, skip_grace: impl Fn() -> bool) -> EndRunOutcome {
        let proc = match ProcRoot::system() {
            Ok(proc) => proc,
            Err(error) => return self.tree.kill_root(error),
        };
        let task = self.tree.task.as_ref().ok().and_then(WeakTask::upgrade);
        let mut known: Vec<ProcessId> = self.tree.root.into_iter().collect();
        let mut members = || {
            let task = task.as_ref();
            // A sampler that cannot go on must not keep the processes alive.
            if let Some(now) = task.and_then(|task| task.members_within(SAMPLER_MAY_TAKE)) {
                known = now;
            }
            // `end_run` finds their descendants.
            known.clone()
        };
        let interrupts = self.interrupts();
        let skip_grace = || {
            let is_urgent = || task.as_ref().is_some_and(TaskHandle::is_urgent);
            skip_grace() || self.interrupts() > interrupts || is_urgent()
        };
        let options = EndRunOptions {
            grace,
            skip_grace: &skip_grace,
        };
        end_run(&proc, &mut members, self.group.as_ref(), &options)
    }

    fn interrupts(&self) -> u32 {
        let forwarding = self.forwarding.as_ref();
        forwarding.map_or(0, |forwarding| forwarding.interrupts())
    }
}

impl Tree {
    /// Of a task of the sampler, or why there is none.
    pub(crate) fn of_task(task: Result<&TaskHandle, &String>) -> Self {
        Self {
            task: task.map(TaskHandle::downgrade).map_err(String::clone),
            root: None,
            pidfd: None,
        }
    }

    /// Without `/proc` no other process is known.
    fn kill_root(&self, error: Error) -> EndRunOutcome {
        let pidfd = self.pidfd.as_ref();
        let killed = pidfd.map(|pidfd| pidfd_send_signal(pidfd, Signal::KILL));
        EndRunOutcome {
            ended: u64::from(killed == Some(Ok(()))),
            ..none_ended(Some(error))
        }
    }
}

pub(super) fn none_ended(scan_error: Option<Error>) -> EndRunOutcome {
    EndRunOutcome {
        ended: 0,
        failed: Vec::new(),
        scan_error,
        took: Duration::ZERO,
    }
}

/// What to report of an end that could not see everything.
pub(crate) fn scan_remark(ended: &EndRunOutcome) -> Option<String> {
    let error = ended.scan_error.as_ref()?;
    Some(format!("some processes may be left: {error}"))
}
