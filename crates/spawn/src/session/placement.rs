//! Where a command runs: alone in its run, or as one of several in a task.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Instant;

use memtop_proc::native::{OomWatch, ProcRoot};
use memtop_sampler::TaskHandle;
use memtop_terminal::{Streams, StreamsUse};

use super::Session;
use super::run_part::{RunPart, Totals};
use crate::StartError;
use crate::command_state::CommandState;
use crate::fork::{ChildSetup, ForkedChild};
use crate::group::{Group, GroupRecord};
use crate::options::Options;
use crate::sampling::not_measured;
use crate::supervision::{Supervision, Tree};

/// Why a command or a task of several has no control group.
pub(crate) const GROUP_OF_ALL_TASKS: &str = "it is that of all tasks";

#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) session: Arc<Session>,
    pub(crate) part: Arc<RunPart>,
    /// Whether the command is the whole run.
    is_alone: bool,
}

impl Placement {
    /// For a command that is a run of its own.
    pub(crate) fn alone(options: Options) -> Result<Self, StartError> {
        let session = Arc::new(Session::start(options, StreamsUse::Inherited)?);
        let part = Arc::clone(&session.whole);
        Ok(Self {
            session,
            part,
            is_alone: true,
        })
    }

    /// For the commands of a task.
    pub(crate) fn in_task(session: Arc<Session>, part: Arc<RunPart>) -> Self {
        Self {
            session,
            part,
            is_alone: false,
        }
    }

    /// Supervises the command: with the run where it is alone.
    pub(crate) fn supervision(&self, tree: Tree) -> Arc<Supervision> {
        if self.is_alone {
            self.session.set_whole(tree);
            return Arc::clone(&self.part.supervision);
        }
        let control = self.session.control_of(tree);
        Supervision::new(Some(Arc::clone(&self.part.supervision)), control)
    }

    /// Forks so that the child is not reaped as an orphan.
    pub(crate) fn fork(&self, setup: ChildSetup) -> io::Result<(ForkedChild, Streams)> {
        let mut children = self.session.children();
        let forked = setup.fork()?;
        children.insert(forked.0.pid.cast_unsigned());
        Ok(forked)
    }

    /// A child that has not become its program has been reaped: its pid may be an orphan's next.
    pub(crate) fn forget_child(&self, pid: u32) {
        self.session.children().remove(&pid);
    }

    /// Starts to account for the command, which was forked at `forked`.
    pub(crate) fn add_task(
        &self,
        pid: u32,
        forked: Instant,
        are_events_reported: bool,
    ) -> Result<TaskHandle, String> {
        if self.is_alone {
            self.session.begin(forked);
        }
        let sampler = self.session.sampler()?;
        let added = if self.is_alone {
            sampler.add_new_task(pid, self.session.adopter)
        } else {
            let enclosing = self.part.supervision.task()?;
            if !are_events_reported {
                sampler.look_for_births();
            }
            sampler.add_new_task_within(enclosing.id(), pid)
        };
        let task = added.map_err(not_measured)?;
        Ok(TaskHandle::new(sampler, task))
    }

    pub(crate) fn oom_watch(&self) -> OomWatch {
        let session = &self.session;
        let mut oom = OomWatch::start_at(ProcRoot::system().ok(), session.cgroups());
        if let Ok(group) = &*session.group() {
            oom.add(group.made().cgroup().clone());
        }
        oom
    }

    /// A command has started. A remark says what does not work.
    pub(crate) fn command_started(
        &self,
        pid: u32,
        pidfd: Option<Arc<OwnedFd>>,
        state: CommandState,
    ) -> Option<String> {
        self.session.command_states().push((pid, state));
        let forwarding = self.session.forwarding.as_ref()?;
        let reaches = pidfd.is_some();
        if forwarding.register(pid, pidfd) {
            return None;
        }
        Some(if reaches {
            "signals to memtop do not reach every command: there are too many".to_owned()
        } else {
            "signals to memtop do not reach the command: there is no pidfd for it".to_owned()
        })
    }

    pub(crate) fn command_ended(&self, pid: u32) {
        self.session
            .command_states()
            .retain(|(known, _)| *known != pid);
        if self.is_alone {
            return;
        }
        self.forget_child(pid);
        if let Some(forwarding) = &self.session.forwarding {
            forwarding.unregister(pid);
        }
        // An orphan of it that has ended would look as if it went on.
        self.session.do_periodic_work();
    }

    /// Periodic work while the command runs. Several commands share one thread for it.
    pub(crate) fn do_periodic_work(&self) {
        if self.is_alone {
            self.session.do_periodic_work();
        }
    }

    /// New descendants of the command are no longer traced.
    pub(crate) fn note_end_of_tracing(&self) {
        if self.session.events.kernel().is_some() {
            return;
        }
        if let (false, Ok(sampler)) = (self.is_alone, self.session.sampler()) {
            // The run goes on with processes that it leaves behind.
            sampler.look_for_births();
        }
    }

    /// The most memory of any orphan of the command that has been reaped here.
    pub(crate) fn orphans_bytes(&self) -> u64 {
        if self.is_alone {
            self.part.totals().largest_bytes
        } else {
            0
        }
    }

    /// Adds what the command has come to, and leaves processes that outlive it to its task.
    pub(crate) fn count(&self, task: Option<&TaskHandle>, totals: &Totals) {
        self.part.add(totals);
        if let (false, Some(task)) = (self.is_alone, task) {
            task.remove();
        }
    }

    /// The group that holds the command and nothing else.
    pub(crate) fn take_group(&self) -> Result<Group, String> {
        if self.is_alone {
            self.session.take_group()
        } else {
            Err(GROUP_OF_ALL_TASKS.to_owned())
        }
    }
}

/// Reads the last figures of a group and removes it.
pub(crate) fn finish_group(
    group: Result<Group, String>,
    remarks: &mut Vec<String>,
) -> Result<GroupRecord, String> {
    let (record, remark) = group?.finish();
    remarks.extend(remark);
    Ok(record)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use memtop_terminal::StreamsUse;

    use super::Placement;
    use crate::running::RunningCommand;
    use crate::session::Session;
    use crate::{Command, GroupUse, Options, TraceUse};

    #[test]
    fn a_child_that_never_became_its_program_is_no_command_of_the_session() {
        for trace in [TraceUse::Kernel, TraceUse::Ptrace, TraceUse::Off] {
            let options = Options {
                group: GroupUse::Off,
                trace,
                ..Options::default()
            };
            let session = Arc::new(Session::start(options, StreamsUse::Inherited).unwrap());
            session.begin(Instant::now());
            session.add_group();
            let placement = Placement::in_task(Arc::clone(&session), session.add_part());
            let command = Command {
                arguments: vec!["/no/such/program".into()],
                ..Command::default()
            };
            let image = command.image().unwrap();
            let started = RunningCommand::start(placement, &command, image, StreamsUse::Inherited);
            assert!(started.is_err());
            assert!(session.children().is_empty());
        }
    }
}
