//! Suspends and resumes a command on a terminal of its own, together with this process.

use std::fs;
use std::thread;
use std::time::Duration;

use memtop_proc::native::field_has_signal;
use rustix::process::{Pid, Signal};

use crate::pty::input::{Input, Source};
use crate::signals::disposition::ignores_suspension;
use crate::signals::job::{self, JobEvent};
use crate::signals::stop_this_job;

/// How long programs may prepare for being suspended.
const GRACE: Duration = Duration::from_millis(50);

impl Input {
    /// Stops the command and then this process, for a shell to continue. The command has got
    /// `SIGTSTP` before; where it does not handle that, the kernel discards it, since the command's
    /// session has no shell.
    pub(super) fn suspend(&mut self, whole_group: bool) {
        if ignores_suspension() || command_ignores_suspension(self.terminal.command) {
            return;
        }
        if job::apply(JobEvent::BeginSuspend).is_none() {
            return;
        }
        thread::sleep(GRACE);
        if !self.command_end.is_announced() && self.terminal.signal(Signal::STOP) {
            if let Source::Typed(outer) = &self.source {
                outer.restore();
            }
            stop_this_job(whole_group);
            self.resume();
        }
        job::apply(JobEvent::EndSuspend);
    }

    pub(super) fn resume(&mut self) {
        // Raw before the command writes again.
        self.in_foreground = false;
        self.update_foreground();
        self.follow_size();
        self.terminal.signal(Signal::CONT);
    }
}

/// Whether the command cannot be suspended, as a shell at its prompt.
fn command_ignores_suspension(command: Pid) -> bool {
    let path = format!("/proc/{}/status", command.as_raw_nonzero());
    // Without the file there is no such process.
    let status = fs::read(path).unwrap_or_default();
    field_has_signal(&status, "SigIgn", libc::SIGTSTP) == Some(true)
}
