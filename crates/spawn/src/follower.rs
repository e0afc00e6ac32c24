//! The thread that starts a command and waits for it: blocked in one wait, or stop by stop when it
//! traces.

use std::cell::Cell;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

use libc::pid_t;
use memtop_proc::native::{ProcRoot, Waited, wait4};
use memtop_sampler::{SharedRules, TaskId};
use memtop_terminal::{Forwarding, Pumps};
use memtop_trace::ptrace::{self, Report};
use memtop_trace::{TraceRecord, Tracer, WAKE_AGAIN_AFTER, Waker, raise_priority};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::SharedSampler;
use crate::birth::{Preparation, Unborn};
use crate::bundle::place::Place;
use crate::sampling::{not_measured, tell_tasks_apart};

/// What to follow, and how.
pub(crate) struct Assignment {
    pub(crate) preparation: Preparation,
    pub(crate) sampler: Result<SharedSampler, String>,
    /// Who gets the orphans of an untraced command, if not the system.
    pub(crate) adopter: Option<u32>,
    /// By which the processes of tasks are told apart.
    pub(crate) rules: Option<SharedRules>,
    pub(crate) tracing: Tracing,
    /// Whether what is traced dies with this process.
    pub(crate) dies_with_tracer: bool,
    /// Where it is one of several commands.
    pub(crate) place: Option<Place>,
}

/// Whether a command is traced.
#[derive(Debug)]
pub(crate) enum Tracing {
    /// It is not, for a reason.
    No(String),
    /// If it can be.
    Wanted,
    /// Without it the command does not start.
    Required,
}

/// What whoever supervises hears.
#[derive(Debug)]
pub(crate) enum Followed {
    /// The command is the program now.
    Started(Started),
    /// It could not become it; nothing is left of it.
    NotStarted(NotStarted),
    /// A signal has stopped the command.
    Stopped,
    /// The command has ended, or nobody can tell how.
    Ended(io::Result<Waited>),
    /// Nobody is followed any more.
    Over(TraceRecord),
}

#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) pid: u32,
    /// Opened before anybody has waited for it. Kernels before 5.3 have none.
    pub(crate) pidfd: Option<Arc<OwnedFd>>,
    /// What carries its streams.
    pub(crate) pumps: Option<Pumps>,
    pub(crate) at: Instant,
    /// Of what the sampler accounts it to, or why it is not sampled.
    pub(crate) task: Result<TaskId, String>,
    /// Why it is not traced.
    pub(crate) untraced_because: Option<String>,
}

#[derive(Debug)]
pub(crate) enum NotStarted {
    /// The operating system did not run the program.
    Exec(io::Error),
    /// It was to be traced and cannot be.
    NoTracing(String),
    /// There was no process for it.
    Fork(io::Error),
}

#[derive(Debug, Default)]
struct State {
    waker: Waker,
    /// Asked for, and not yet done.
    lets_all_go: AtomicBool,
    command: CommandState,
}

/// Whether the command runs, by what the kernel reports of it.
#[derive(Debug, Default)]
struct CommandState(AtomicU8);

impl CommandState {
    const RUNNING: u8 = 0;
    /// A signal has stopped it and nobody has continued it.
    const STOPPED: u8 = 1;
    const ENDED: u8 = 2;

    fn set(&self, state: u8) {
        self.0.store(state, SeqCst);
    }

    fn is_stopped(&self) -> bool {
        self.0.load(SeqCst) == Self::STOPPED
    }
}

/// The handle of the thread. Dropping it does not end it.
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    state: Arc<State>,
}

impl Follower {
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(
        assignment: Assignment,
        tell: impl Fn(Followed) + Send + 'static,
    ) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let own = Arc::clone(&state);
        Builder::new()
            .name("memtop-follow".to_owned())
            .spawn(move || {
                let tell = Farewell { tell };
                follow(assignment, &own, &tell.tell);
                own.waker.unregister();
            })?;
        Ok(Self { state })
    }

    pub(crate) fn is_command_stopped(&self) -> bool {
        self.state.command.is_stopped()
    }

    /// Ends all tracing, and with it the thread once the command has ended.
    pub(crate) fn let_all_go(&self, patience: Duration) {
        self.state.lets_all_go.store(true, SeqCst);
        let start = Instant::now();
        while self.state.lets_all_go.load(SeqCst) && start.elapsed() < patience {
            self.state.waker.wake();
            sleep(WAKE_AGAIN_AFTER);
        }
    }
}

/// Tells the supervisor when this thread fails: it would wait for the command forever otherwise.
struct Farewell<F: Fn(Followed)> {
    tell: F,
}

impl<F: Fn(Followed)> Drop for Farewell<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = io::Error::other("the following thread has failed");
            (self.tell)(Followed::Ended(Err(error)));
            (self.tell)(Followed::Over(TraceRecord::default()));
        }
    }
}

fn follow(assignment: Assignment, state: &State, tell: &impl Fn(Followed)) {
    let Assignment {
        preparation,
        sampler,
        adopter,
        rules,
        tracing,
        dies_with_tracer,
        place,
    } = assignment;
    let at = Instant::now();
    let is_on_own_terminal = preparation.wiring.is_terminal();
    let forked = match &place {
        Some(place) => place.fork(preparation),
        None => preparation.fork(),
    };
    let (mut unborn, wiring) = match forked {
        Ok(forked) => forked,
        Err(error) => return tell(Followed::NotStarted(NotStarted::Fork(error))),
    };
    if !is_on_own_terminal {
        Forwarding::note_fork();
    }
    let tracer = match &tracing {
        Tracing::No(reason) => Err(reason.clone()),
        Tracing::Wanted | Tracing::Required => {
            begin_tracing(unborn.pid, sampler.as_ref().ok(), dies_with_tracer, state)
                .map_err(|error| error.to_string())
        }
    };
    let pumps = match wiring.begin(unborn.pid.cast_unsigned()) {
        Ok(pumps) => pumps,
        Err(error) => {
            give_up(unborn.pid);
            return not_started(tell, NotStarted::Fork(error));
        }
    };
    let command = Beginning {
        pid: unborn.pid,
        pumps: Cell::new(Some(pumps)),
        pidfd: open_pidfd(unborn.pid),
        at,
        sampler,
        adopter,
        rules,
        place,
    };
    match tracer {
        Ok(mut tracer) => {
            if is_on_own_terminal {
                tracer.note_own_session(unborn.pid);
            }
            unborn.let_go();
            follow_traced(&command, &unborn, tracer, state, tell);
        }
        Err(reason) if matches!(tracing, Tracing::Required) => {
            give_up(unborn.pid);
            not_started(tell, NotStarted::NoTracing(reason));
        }
        Err(reason) => {
            unborn.let_go();
            follow_untraced(&command, &unborn, reason, state, tell);
        }
    }
}

/// A command that has been forked.
struct Beginning {
    pid: pid_t,
    /// Handed on with the news of the start.
    pumps: Cell<Option<Pumps>>,
    pidfd: Option<Arc<OwnedFd>>,
    at: Instant,
    sampler: Result<SharedSampler, String>,
    adopter: Option<u32>,
    rules: Option<SharedRules>,
    place: Option<Place>,
}

impl Beginning {
    fn started(&self, untraced_because: Option<String>) -> Followed {
        let pid = self.pid.cast_unsigned();
        let adopter = self.adopter.filter(|_| untraced_because.is_some());
        let task = self.sampler.clone().and_then(|sampler| {
            let task = if let Some(place) = &self.place {
                place.add_task(&sampler, pid, untraced_because.is_none())?
            } else {
                sampler.count_from(self.at);
                sampler.add_new_task(pid, adopter).map_err(not_measured)?
            };
            if let Some(rules) = &self.rules {
                tell_tasks_apart(&sampler, task, rules, std::process::id());
            }
            Ok(task)
        });
        Followed::Started(Started {
            pid,
            pidfd: self.pidfd.clone(),
            pumps: self.pumps.take(),
            at: self.at,
            task,
            untraced_because,
        })
    }
}

fn begin_tracing(
    pid: pid_t,
    sampler: Option<&SharedSampler>,
    dies_with_tracer: bool,
    state: &State,
) -> io::Result<Tracer> {
    state.waker.register()?;
    raise_priority();
    let proc = ProcRoot::system().map_err(io::Error::other)?;
    let mut tracer = Tracer::new(proc, sampler.cloned(), dies_with_tracer);
    tracer.seize(pid, pid)?;
    if let Some(sampler) = sampler {
        sampler.expect_events();
    }
    Ok(tracer)
}

/// A command that was forked did not become its program.
fn not_started(tell: &impl Fn(Followed), why: NotStarted) {
    Forwarding::forget_fork();
    tell(Followed::NotStarted(why));
}

/// Ends a child that is not the program yet, traced or not.
fn give_up(pid: pid_t) {
    // SAFETY: a signal to this process's own child, which nobody has waited for yet.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    let _ = wait_for(pid);
}

fn follow_untraced(
    command: &Beginning,
    unborn: &Unborn,
    reason: String,
    state: &State,
    tell: &impl Fn(Followed),
) {
    if let Err(error) = unborn.verdict() {
        let _ = wait_for(command.pid);
        return not_started(tell, NotStarted::Exec(error));
    }
    tell(command.started(Some(reason)));
    let ended = loop {
        match wait4(command.pid, libc::WUNTRACED | libc::WCONTINUED) {
            Ok(Some(waited)) if libc::WIFCONTINUED(waited.status) => {
                state.command.set(CommandState::RUNNING);
            }
            Ok(Some(waited)) if libc::WIFSTOPPED(waited.status) => {
                state.command.set(CommandState::STOPPED);
                tell(Followed::Stopped);
            }
            Ok(Some(waited)) => break Ok(waited),
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    state.command.set(CommandState::ENDED);
    tell(Followed::Ended(ended));
    tell(Followed::Over(TraceRecord::default()));
}

fn follow_traced(
    command: &Beginning,
    unborn: &Unborn,
    mut tracer: Tracer,
    state: &State,
    tell: &impl Fn(Followed),
) {
    let mut is_program = false;
    let mut has_ended = false;
    loop {
        if state.lets_all_go.swap(false, SeqCst) {
            tracer.detach_all();
        }
        if has_ended && tracer.is_empty() {
            break;
        }
        let (tid, report) = match tracer.next_report() {
            Ok(Some(reported)) => reported,
            Ok(None) => continue,
            // Nobody is left; with the command among them if somebody else has waited for it.
            Err(error) => {
                if !has_ended {
                    tell(Followed::Ended(Err(error)));
                }
                break;
            }
        };
        // Before it goes on, so that the first sample is of the program that it has become.
        if !is_program && tid == command.pid && matches!(report, Report::Exec) {
            is_program = true;
            tell(command.started(None));
        }
        tracer.handle(tid, report);
        if tid == command.pid {
            let is_stopped = matches!(report, Report::GroupStop);
            state.command.set(match report {
                Report::GroupStop => CommandState::STOPPED,
                Report::Ended(_) => CommandState::ENDED,
                _ => CommandState::RUNNING,
            });
            if is_stopped {
                tell(Followed::Stopped);
            }
        }
        if let Report::Ended(waited) = report
            && tid == command.pid
        {
            if !is_program {
                let error = unborn.verdict().err().unwrap_or_else(killed_before_exec);
                return not_started(tell, NotStarted::Exec(error));
            }
            has_ended = true;
            tell(Followed::Ended(Ok(waited)));
        }
    }
    tell(Followed::Over(tracer.record));
}

fn open_pidfd(pid: pid_t) -> Option<Arc<OwnedFd>> {
    let pidfd = pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()?;
    Some(Arc::new(pidfd))
}

fn killed_before_exec() -> io::Error {
    io::Error::other("it was killed before it could start")
}

/// Waits until a child has ended.
fn wait_for(pid: pid_t) -> io::Result<Waited> {
    loop {
        match wait4(pid, 0) {
            // One that is traced stops before its end.
            Ok(Some(waited)) if libc::WIFSTOPPED(waited.status) => {
                let _ = ptrace::resume(pid, 0);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(Some(waited)) => return Ok(waited),
            Ok(None) => return Err(io::Error::other("the kernel told of no end")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use std::sync::mpsc::channel;

    use super::{Farewell, Followed, give_up};
    use memtop_trace::ptrace::{self, StopsAt};

    #[test]
    fn a_panic_is_told_as_an_end() {
        let (sender, receiver) = channel();
        let failing = std::thread::spawn(move || {
            let _farewell = Farewell {
                tell: move |followed| sender.send(followed).unwrap(),
            };
            panic!("as a test");
        });
        assert!(failing.join().is_err());
        assert!(matches!(receiver.recv(), Ok(Followed::Ended(Err(_)))));
        assert!(matches!(receiver.recv(), Ok(Followed::Over(_))));
    }

    #[test]
    fn a_traced_child_that_is_given_up_leaves_nothing_to_wait_for() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id().cast_signed();
        let stops_at = StopsAt {
            exit: true,
            dies_with_tracer: true,
        };
        ptrace::seize(pid, stops_at).unwrap();
        give_up(pid);
        let left = child.try_wait().unwrap_err();
        assert_eq!(left.raw_os_error(), Some(libc::ECHILD));
    }
}
