//! What is done about processes that outlive the command.

use std::thread::sleep;
use std::time::{Duration, Instant};

use memtop_proc::KillFailure;
use memtop_sampler::{LivingProcess, TaskHandle};

use super::RunningCommand;
use crate::SurvivorsUse;
use crate::follower::CommandEvent;
use crate::supervision::scan_remark;

/// How long processes that end together with the command may take to be gone.
const LAST_TO_GO: Duration = Duration::from_millis(30);
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How long it may take to detach from all processes that are traced.
const DETACHING: Duration = Duration::from_secs(2);

impl RunningCommand {
    /// Processes that outlive the command, given a moment to end with it. Where all are being
    /// ended, that is waited for first.
    pub(super) fn survivors(&mut self) -> Vec<LivingProcess> {
        self.supervision.wait_until_settled();
        let start = Instant::now();
        while start.elapsed() < LAST_TO_GO && !self.living().is_empty() {
            sleep(LOOK_AGAIN);
            self.placement.do_periodic_work();
        }
        self.living()
    }

    pub(super) fn living(&self) -> Vec<LivingProcess> {
        self.task().map(TaskHandle::living).unwrap_or_default()
    }

    pub(super) fn end_following(&mut self, survivors: &[LivingProcess]) {
        let options = &self.placement.session.options;
        if options.survivors == SurvivorsUse::Kill && !survivors.is_empty() {
            let ended = self.supervision.end_survivors(options.grace);
            self.remarks.extend(scan_remark(&ended));
            for KillFailure { pid, reason } in ended.failed {
                self.remarks
                    .push(format!("process {pid} is still there: {reason}"));
            }
        }
        let patience = if survivors.is_empty() {
            LAST_TO_GO
        } else {
            Duration::ZERO
        };
        if !self.is_over_within(patience) {
            self.placement.note_end_of_tracing();
            self.follower.detach_all(DETACHING);
            self.is_over_within(DETACHING);
        }
    }

    /// Whether no process is followed any more.
    fn is_over_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while self.trace.is_none() {
            let left = time.saturating_sub(start.elapsed());
            match self.events.recv_timeout(left) {
                Ok(CommandEvent::Over(record)) => self.trace = Some(record),
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        true
    }
}
