//! How everybody is ended, and what is done about those that outlive the command.

use std::time::{Duration, Instant};

use memtop_proc::native::{EndRunOptions, EndRunOutcome, ProcRoot, end_run};
use memtop_proc::{Error, KillFailure};
use memtop_sampler::LivingProcess;
use rustix::process::{Signal, pidfd_send_signal};

use super::{Message, Supervisor};
use crate::SurvivorsUse;
use crate::follower::Followed;
use crate::group::Group;
use crate::outcome::{Reason, Stopped, blindness_remark};

/// How long those that end together with the command may take to be gone.
const LAST_TO_GO: Duration = Duration::from_millis(30);
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How long it may take until everybody who was traced is let go.
const LETTING_GO: Duration = Duration::from_secs(2);

impl Supervisor {
    /// Ends the whole run, once.
    pub(super) fn stop(&mut self, reason: Reason, grace: Option<Duration>) {
        if self.stopped.is_some() {
            return;
        }
        let ended = self.end_all(grace.unwrap_or(self.options.grace));
        self.stopped = Some(Stopped::of(reason, ended));
    }

    /// Asks all to end and kills those that have not after a while. Being asked once more is a
    /// reason to hurry.
    fn end_all(&mut self, grace: Duration) -> EndRunOutcome {
        let ended = match ProcRoot::system() {
            Ok(proc) => self.end_members(&proc, grace),
            Err(error) => self.end_command_alone(error),
        };
        self.remarks.extend(blindness_remark(&ended));
        ended
    }

    fn end_members(&self, proc: &ProcRoot, grace: Duration) -> EndRunOutcome {
        let sampling = self.sampling();
        let process = self.process;
        let interrupts = self.interrupts();
        let mut members = || match &sampling {
            Some((sampler, task)) => sampler.members(*task),
            None => process.into_iter().collect(),
        };
        let hurry = || {
            let mut backlog = self.backlog.borrow_mut();
            backlog.extend(self.inbox.try_iter());
            let is_stop = |message: &Message| matches!(message, Message::Stop { .. });
            let is_impatient = self.interrupts() > interrupts;
            let is_urgent = sampling
                .as_ref()
                .is_some_and(|(sampler, task)| sampler.is_urgent(*task));
            is_impatient || is_urgent || backlog.iter().any(is_stop)
        };
        let options = EndRunOptions {
            grace,
            skip_grace: &hurry,
        };
        let group = self.group.as_ref().ok().map(Group::made);
        end_run(proc, &mut members, group, &options)
    }

    /// Without `/proc` nobody else is known.
    fn end_command_alone(&self, error: Error) -> EndRunOutcome {
        let pidfd = self.started.pidfd.as_ref();
        let told = pidfd.map(|pidfd| pidfd_send_signal(pidfd, Signal::KILL));
        EndRunOutcome {
            ended: u64::from(told == Some(Ok(()))),
            failed: Vec::new(),
            scan_error: Some(error),
            took: Duration::ZERO,
        }
    }

    /// Those that outlive the command, once they have been given a moment to end with it.
    pub(super) fn survivors(&mut self) -> Vec<LivingProcess> {
        let start = Instant::now();
        while start.elapsed() < LAST_TO_GO && !self.living().is_empty() {
            std::thread::sleep(LOOK_AGAIN);
            self.look();
        }
        self.living()
    }

    pub(super) fn end_following(&mut self, survivors: &[LivingProcess]) {
        if self.options.survivors == SurvivorsUse::Kill && !survivors.is_empty() {
            for KillFailure { pid, reason } in self.end_all(self.options.grace).failed {
                self.remarks
                    .push(format!("process {pid} is still there: {reason}"));
            }
        }
        if !self.is_over_within(if survivors.is_empty() {
            LAST_TO_GO
        } else {
            Duration::ZERO
        }) {
            if let (Some(_), Ok(sampler)) = (&self.place, &self.sampler) {
                // The run goes on with them, and nobody tells any more whom they start.
                sampler.look_for_births();
            }
            self.follower.let_all_go(LETTING_GO);
            self.is_over_within(LETTING_GO);
        }
    }

    /// Whether nobody is followed any more.
    fn is_over_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while self.trace.is_none() {
            let left = time.saturating_sub(start.elapsed());
            let earlier = self.backlog.borrow_mut().pop_front();
            match earlier.map_or_else(|| self.inbox.recv_timeout(left), Ok) {
                Ok(Message::Followed(Followed::Over(record))) => self.trace = Some(record),
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        true
    }

    pub(super) fn living(&self) -> Vec<LivingProcess> {
        match self.sampling() {
            Some((sampler, task)) => sampler.living(task),
            None => Vec::new(),
        }
    }
}
