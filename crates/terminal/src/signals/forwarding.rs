//! Takes signals over for the commands, and gives them back.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use libc::c_int;

use super::commands::{self, CommandTable};
use super::disposition::Disposition;
use super::handler::{self, Sender};
use super::job::{self, JobEvent};
use super::{attached_terminal, early, interrupts, stop_this_job};

const FORWARDED: [c_int; 8] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGWINCH,
];
/// What stops and continues a job. It concerns this process as well as the command.
const JOB_CONTROL: [c_int; 2] = [libc::SIGTSTP, libc::SIGCONT];

/// A process has one set of signal handlers, so there is one of these.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// All processes of a job are continued within this many checks, also if this one was stopped
/// between two of them.
const STOP_CHECKS: u32 = 4;
const STOP_CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// While this lives, signals to this process reach the commands instead. Dropping it restores
/// what the signals did before.
#[derive(Debug)]
pub struct Forwarding {
    found: Vec<(c_int, Disposition)>,
    commands: CommandTable,
}

impl Forwarding {
    /// Takes the signals over, before there is a command to forward them to. `None` when another
    /// run in this process has them.
    #[must_use]
    pub fn begin() -> Option<Self> {
        if TAKEN.swap(true, SeqCst) {
            return None;
        }
        early::reset();
        interrupts::reset();
        let signals = FORWARDED.into_iter().chain(JOB_CONTROL);
        let found = signals.filter_map(|signal| Some((signal, handler::take_over(signal)?)));
        Some(Self {
            found: found.collect(),
            commands: CommandTable::default(),
        })
    }

    /// How often the command was asked to end since the beginning: by `INT`, `QUIT` or `TERM`, also
    /// when it was typed on a terminal of the command's own. Not by `HUP`, which comes beside
    /// others.
    #[must_use]
    #[allow(clippy::unused_self, reason = "there is nothing to count without one")]
    pub fn interrupts(&self) -> u32 {
        interrupts::count()
    }

    /// A command has been forked and will be registered.
    pub fn note_fork() {
        early::note_fork();
    }

    /// A command that was forked has ended before it was registered, or is registered now.
    pub fn forget_fork() {
        early::forget_fork();
    }

    /// Forwards signals to this command. `false` without a descriptor, which kernels before
    /// 5.3 do not have, and where there are too many.
    pub fn register(&self, pid: u32, pidfd: Option<Arc<OwnedFd>>) -> bool {
        Self::forget_fork();
        let pid = pid.cast_signed();
        let Some(pidfd) = pidfd else {
            return false;
        };
        if !self.commands.add(pid, &pidfd) {
            return false;
        }
        for signal in FORWARDED {
            if early::take(signal).is_some_and(|sender| sender != Sender::Process(pid)) {
                commands::send(pidfd.as_fd(), signal);
            }
        }
        let is_to_stop = early::take(libc::SIGTSTP).is_some();
        if is_to_stop && !attached_terminal::request(JobEvent::RequestSuspend) {
            commands::send(pidfd.as_fd(), libc::SIGTSTP);
        }
        true
    }

    /// A command has ended: from here on signals are for the others.
    pub fn unregister(&self, pid: u32) {
        self.commands.remove(pid.cast_signed());
    }

    /// Stops this process because the command has stopped, so that a shell sees its job stop, and
    /// returns when it is continued. A command on a terminal of its own is left to the thread that
    /// carries its input.
    pub fn stop_with_command(&self, is_still_stopped: impl Fn() -> bool) {
        for _ in 0..STOP_CHECKS {
            if !is_still_stopped() || job::state().is_held_by_terminal() {
                return;
            }
            thread::sleep(STOP_CHECK_INTERVAL);
        }
        if attached_terminal::request(JobEvent::RequestSuspend) {
            return;
        }
        stop_this_job(false);
        // A SIGCONT to this process alone was meant for the command. Once too often does no harm,
        // and later it could end another stop.
        if is_still_stopped() {
            self.commands.continue_all();
        }
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        for (signal, found) in &self.found {
            // What the host has set since then is what it wants.
            if handler::is_installed(*signal) {
                found.install(*signal);
            }
        }
        self.commands.clear();
        TAKEN.store(false, SeqCst);
    }
}
