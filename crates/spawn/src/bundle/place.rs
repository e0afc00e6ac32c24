//! Where a command runs that is one of several: what it shares with the others.

use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::Arc;

use memtop_proc::native::OomWatch;
use memtop_proc::native::cgroup::Entrance;
use memtop_sampler::TaskId;
use memtop_terminal::Streams;

use super::joint::{Joint, ended_with_others};
use super::part::{Part, Totals};
use crate::SharedSampler;
use crate::birth::{Preparation, Unborn};
use crate::follower::Follower;
use crate::outcome::Stopped;
use crate::sampling::not_measured;

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(super) joint: Arc<Joint>,
    pub(super) part: Arc<Part>,
}

impl Place {
    pub(crate) fn sampler(&self) -> Result<SharedSampler, String> {
        self.joint.sampler.clone()
    }

    pub(crate) fn entrance(&self) -> Option<Arc<Entrance>> {
        self.joint.entrance.clone()
    }

    pub(crate) fn descriptors(&self) -> &[RawFd] {
        &self.joint.descriptors
    }

    pub(crate) fn open_files(&self) -> Option<u64> {
        self.joint.open_files
    }

    /// Forks so that nobody takes the child for an orphan.
    pub(crate) fn fork(&self, preparation: Preparation) -> io::Result<(Unborn, Streams)> {
        let mut children = self.joint.children();
        let forked = preparation.fork()?;
        children.insert(forked.0.pid.cast_unsigned());
        Ok(forked)
    }

    /// Starts to account for the command.
    pub(crate) fn add_task(
        &self,
        sampler: &SharedSampler,
        pid: u32,
        is_traced: bool,
    ) -> Result<TaskId, String> {
        let account = self.part.account.clone()?;
        if !is_traced {
            sampler.look_for_births();
        }
        sampler
            .add_new_task_within(account, pid)
            .map_err(not_measured)
    }

    pub(crate) fn watch_group(&self, oom: &mut OomWatch) {
        if let Ok(group) = &*self.joint.group() {
            oom.add(group.made().cgroup().clone());
        }
    }

    /// A command has started. A remark says what does not work.
    pub(crate) fn command_started(
        &self,
        pid: u32,
        pidfd: Option<Arc<OwnedFd>>,
        follower: Follower,
    ) -> Option<String> {
        self.joint.followers().push((pid, follower));
        let forwarding = self.joint.forwarding.as_ref()?;
        let is_aimed = forwarding.register(pid, pidfd);
        (!is_aimed).then(|| "signals to memtop do not reach every command".to_owned())
    }

    /// A command has ended.
    pub(crate) fn command_ended(&self, pid: u32) {
        self.joint.children().remove(&pid);
        self.joint.followers().retain(|(known, _)| *known != pid);
        if let Some(forwarding) = &self.joint.forwarding {
            forwarding.unregister(pid);
        }
        // An orphan of it that has ended would look as if it went on.
        self.joint.look();
    }

    /// Takes in what the command has come to, and leaves those that outlive it to its task.
    pub(crate) fn count(&self, task: Option<TaskId>, totals: &Totals) {
        self.part.count(totals);
        if let (Ok(sampler), Some(task)) = (&self.joint.sampler, task) {
            let _ = sampler.remove_task(task);
        }
    }

    pub(crate) fn interrupts(&self) -> u32 {
        self.joint.interrupts()
    }

    pub(crate) fn stop_with_commands(&self) {
        self.joint.stop_with_commands();
    }

    /// That the command was ended with its task or with all of them.
    pub(crate) fn stopped(&self) -> Option<Stopped> {
        self.part.ending().map(ended_with_others)
    }
}
