//! Whether the job, which is this process and its command, runs or is suspended, and on whose
//! initiative.
//!
//! Either the command on a terminal of its own is suspended by the thread that carries its input,
//! and then this process; or a command stops first, and this process stops with it.

use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

/// A process belongs to one job, and signal handlers change its state.
static STATE: AtomicU8 = AtomicU8::new(JobState::Running as u8);

const STATES: [JobState; 6] = [
    JobState::Running,
    JobState::SuspendRequested,
    JobState::ResumeRequested,
    JobState::TerminalSuspending,
    JobState::StoppedByTerminal,
    JobState::StoppedByCommand,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum JobState {
    Running,
    /// A signal asks for the command on its own terminal to be suspended.
    SuspendRequested,
    /// This process has been continued, and the command on its own terminal must be as well.
    ResumeRequested,
    /// The thread that carries input has stopped the command, or is about to continue it.
    TerminalSuspending,
    /// The same, and this process is stopped.
    StoppedByTerminal,
    /// This process is stopped because the command was.
    StoppedByCommand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobEvent {
    /// A terminal is attached: what was requested before was meant for another one.
    AttachTerminal,
    RequestSuspend,
    RequestResume,
    /// The thread that carries input takes the request.
    TakeRequest,
    /// That thread begins to suspend the command.
    BeginSuspend,
    /// It has continued the command, or could not stop it.
    EndSuspend,
    StopProcess,
    ContinueProcess,
}

impl JobState {
    /// The next state; `None` where the event changes nothing.
    #[allow(clippy::match_same_arms, reason = "each is a transition of its own")]
    fn after(self, event: JobEvent) -> Option<Self> {
        use JobEvent as Event;
        let next = match (self, event) {
            (Self::Running | Self::ResumeRequested, Event::RequestSuspend) => {
                Self::SuspendRequested
            }
            (Self::Running, Event::RequestResume) => Self::ResumeRequested,
            (Self::SuspendRequested | Self::ResumeRequested, Event::TakeRequest) => Self::Running,
            (_, Event::AttachTerminal) if !self.is_stopped() => Self::Running,
            (_, Event::BeginSuspend) if self.is_active() => Self::TerminalSuspending,
            (Self::TerminalSuspending, Event::StopProcess) => Self::StoppedByTerminal,
            (Self::StoppedByTerminal, Event::ContinueProcess) => Self::TerminalSuspending,
            (Self::TerminalSuspending, Event::EndSuspend) => Self::Running,
            (_, Event::StopProcess) if self.is_active() => Self::StoppedByCommand,
            (Self::StoppedByCommand, Event::ContinueProcess) => Self::Running,
            _ => return None,
        };
        Some(next)
    }

    /// Whether neither the command nor this process is stopped from here.
    fn is_active(self) -> bool {
        !self.is_stopped() && !self.is_held_by_terminal()
    }

    /// Whether this process is stopped: a `SIGCONT` that comes is what continues it.
    pub(crate) fn is_stopped(self) -> bool {
        matches!(self, Self::StoppedByTerminal | Self::StoppedByCommand)
    }

    /// Whether the thread that carries input has stopped the command and will continue it.
    pub(crate) fn is_held_by_terminal(self) -> bool {
        matches!(self, Self::TerminalSuspending | Self::StoppedByTerminal)
    }
}

pub(crate) fn state() -> JobState {
    decode(STATE.load(SeqCst))
}

/// Returns the state before the event; `None` where the event changes nothing. Safe in handlers.
pub(crate) fn apply(event: JobEvent) -> Option<JobState> {
    let next = |state| decode(state).after(event).map(|next| next as u8);
    STATE.fetch_update(SeqCst, SeqCst, next).ok().map(decode)
}

fn decode(state: u8) -> JobState {
    STATES[usize::from(state)]
}

#[cfg(test)]
mod tests {
    use super::{JobEvent, JobState, STATES};

    /// The states that a run of events leads through.
    fn through(events: &[JobEvent]) -> Vec<JobState> {
        let next = |state: &mut JobState, &event| {
            *state = state.after(event).unwrap_or(*state);
            Some(*state)
        };
        events.iter().scan(JobState::Running, next).collect()
    }

    #[test]
    fn every_state_is_decoded_as_it_was_encoded() {
        for (index, state) in STATES.into_iter().enumerate() {
            assert_eq!(index, usize::from(state as u8));
        }
    }

    #[test]
    fn a_terminal_that_is_asked_to_suspend_stops_the_process_and_resumes_the_command() {
        let states = through(&[
            JobEvent::RequestSuspend,
            JobEvent::TakeRequest,
            JobEvent::BeginSuspend,
            JobEvent::StopProcess,
            JobEvent::ContinueProcess,
            JobEvent::EndSuspend,
        ]);
        let expected = [
            JobState::SuspendRequested,
            JobState::Running,
            JobState::TerminalSuspending,
            JobState::StoppedByTerminal,
            JobState::TerminalSuspending,
            JobState::Running,
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn a_process_that_stops_with_its_command_runs_on_once_it_is_continued() {
        let states = through(&[JobEvent::StopProcess, JobEvent::ContinueProcess]);
        assert_eq!(states, [JobState::StoppedByCommand, JobState::Running]);
    }

    #[test]
    fn a_request_to_suspend_prevails_over_one_to_resume() {
        for (first, second) in [
            (JobEvent::RequestSuspend, JobEvent::RequestResume),
            (JobEvent::RequestResume, JobEvent::RequestSuspend),
        ] {
            assert_eq!(through(&[first, second])[1], JobState::SuspendRequested);
        }
    }

    #[test]
    fn requests_change_nothing_while_the_job_is_suspended() {
        for state in STATES {
            let is_suspended = state.is_stopped() || state.is_held_by_terminal();
            for event in [JobEvent::RequestSuspend, JobEvent::RequestResume] {
                assert!(!is_suspended || state.after(event).is_none(), "{state:?}");
            }
        }
    }

    #[test]
    fn only_one_thread_stops_the_process() {
        for state in [JobState::StoppedByTerminal, JobState::StoppedByCommand] {
            assert_eq!(state.after(JobEvent::StopProcess), None);
            assert_eq!(state.after(JobEvent::BeginSuspend), None);
        }
    }

    #[test]
    fn a_terminal_that_is_attached_finds_no_request() {
        for state in STATES {
            let attached = state.after(JobEvent::AttachTerminal).unwrap_or(state);
            assert_eq!(attached.after(JobEvent::TakeRequest), None, "{state:?}");
        }
    }
}
