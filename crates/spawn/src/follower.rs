//! The thread that starts a command and waits for it: in one blocking wait, or from stop to stop
//! when it traces.

use std::cell::Cell;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

use libc::pid_t;
use memtop_proc::ProcessId;
use memtop_proc::native::{ProcRoot, Waited, raise_priority, wait4};
use memtop_sampler::{SharedRules, SharedSampler, TaskHandle};
use memtop_terminal::{Forwarding, Pumps};
use memtop_trace::ptrace::calls::{self, Report};
use memtop_trace::{KernelEventsHold, TraceRecord, Tracer, WAKE_AGAIN_AFTER, Waker};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::command_state::CommandState;
use crate::fork::{ChildSetup, ForkedChild};
use crate::outcome::{FollowedBy, Tracking};
use crate::process_events::ProcessEvents;
use crate::sampling::assign_to_tasks;
use crate::session::placement::Placement;
use crate::wait::identity;

/// What to follow, and how.
pub(crate) struct Following {
    pub(crate) setup: ChildSetup,
    /// The rules that assign processes to tasks.
    pub(crate) rules: Option<SharedRules>,
    /// Whether what is traced dies with this process.
    pub(crate) dies_with_tracer: bool,
    pub(crate) placement: Placement,
}

/// What happens to a command.
#[derive(Debug)]
pub(crate) enum CommandEvent {
    /// It has become its program.
    Started(Box<Started>),
    /// It could not, and its process is gone.
    NotStarted(StartFailure),
    /// A signal has stopped it.
    Stopped,
    /// It has ended. The error says why its wait status is unknown.
    Ended(io::Result<Waited>),
    /// No process is traced any more. The last event.
    Over(TraceRecord),
}

#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) pid: u32,
    /// Read before it can have been reaped.
    pub(crate) process: Option<ProcessId>,
    /// Opened before it can have been reaped. Kernels before 5.3 have none.
    pub(crate) pidfd: Option<Arc<OwnedFd>>,
    /// What carries its streams.
    pub(crate) pumps: Option<Pumps>,
    pub(crate) at: Instant,
    /// Its task in the sampler, or why it is not sampled.
    pub(crate) task: Result<TaskHandle, String>,
    pub(crate) tracking: Tracking,
}

#[derive(Debug)]
pub(crate) enum StartFailure {
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
    /// Whether the thread is to detach from all processes.
    detaches: AtomicBool,
    command: CommandState,
}

/// The handle of the thread. Dropping it does not end it.
#[derive(Debug)]
pub(crate) struct Follower {
    state: Arc<State>,
}

impl Follower {
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(
        following: Following,
        emit: impl Fn(CommandEvent) + Send + 'static,
    ) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let own = Arc::clone(&state);
        Builder::new()
            .name("memtop-follow".to_owned())
            .spawn(move || {
                let on_panic = PanicReport { emit };
                follow(following, &own, &on_panic.emit);
                own.waker.unregister();
            })?;
        Ok(Self { state })
    }

    pub(crate) fn command_state(&self) -> &CommandState {
        &self.state.command
    }

    /// Ends all tracing, and with it the thread once the command has ended.
    pub(crate) fn detach_all(&self, patience: Duration) {
        self.state.detaches.store(true, SeqCst);
        let start = Instant::now();
        while self.state.detaches.load(SeqCst) && start.elapsed() < patience {
            self.state.waker.wake();
            sleep(WAKE_AGAIN_AFTER);
        }
    }
}

/// Reports a panic of this thread as the end of the command, which would be waited for forever
/// otherwise.
struct PanicReport<F: Fn(CommandEvent)> {
    emit: F,
}

impl<F: Fn(CommandEvent)> Drop for PanicReport<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = io::Error::other("the following thread has failed");
            (self.emit)(CommandEvent::Ended(Err(error)));
            (self.emit)(CommandEvent::Over(TraceRecord::default()));
        }
    }
}

fn follow(following: Following, state: &State, emit: &impl Fn(CommandEvent)) {
    let Following {
        setup,
        rules,
        dies_with_tracer,
        placement,
    } = following;
    let at = Instant::now();
    let is_on_own_terminal = setup.streams.is_terminal();
    let (mut child, streams) = match placement.fork(setup) {
        Ok(forked) => forked,
        Err(error) => return emit(CommandEvent::NotStarted(StartFailure::Fork(error))),
    };
    if !is_on_own_terminal {
        Forwarding::note_fork();
    }
    let session = Arc::clone(&placement.session);
    let events = &session.events;
    let hold = events.follow(child.pid.cast_unsigned());
    let tracer = events.is_ptrace().then(|| {
        let sampler = session.sampler().ok();
        begin_tracing(child.pid, sampler, dies_with_tracer, state)
            .map_err(|error| format!("it cannot be traced: {error}"))
    });
    let pumps = match streams.begin(child.pid.cast_unsigned()) {
        Ok(pumps) => pumps,
        Err(error) => {
            kill_and_reap(child.pid);
            return not_started(&placement, child.pid, emit, StartFailure::Fork(error));
        }
    };
    let command = ForkedCommand {
        pid: child.pid,
        pumps: Cell::new(Some(pumps)),
        pidfd: open_pidfd(child.pid),
        at,
        rules,
        placement,
    };
    match tracer {
        Some(Ok(mut tracer)) => {
            if is_on_own_terminal {
                tracer.note_own_session(child.pid);
            }
            child.release();
            follow_traced(&command, &child, tracer, state, emit);
        }
        Some(Err(reason))
            if matches!(
                events,
                ProcessEvents::Ptrace {
                    is_required: true,
                    ..
                }
            ) =>
        {
            kill_and_reap(child.pid);
            let why = StartFailure::NoTracing(reason);
            not_started(&command.placement, child.pid, emit, why);
        }
        Some(Err(reason)) => {
            child.release();
            follow_untraced(
                &command,
                &child,
                events.tracking_untraced(&reason),
                hold,
                state,
                emit,
            );
        }
        None => {
            child.release();
            follow_untraced(&command, &child, events.tracking(), hold, state, emit);
        }
    }
}

/// A command that has been forked.
struct ForkedCommand {
    pid: pid_t,
    /// Taken by the event of the start.
    pumps: Cell<Option<Pumps>>,
    pidfd: Option<Arc<OwnedFd>>,
    at: Instant,
    rules: Option<SharedRules>,
    placement: Placement,
}

impl ForkedCommand {
    fn started(&self, tracking: Tracking) -> CommandEvent {
        let pid = self.pid.cast_unsigned();
        let are_events_reported = tracking.by != FollowedBy::Scan;
        let task = self.placement.add_task(pid, self.at, are_events_reported);
        if let (Ok(task), Some(rules)) = (&task, &self.rules) {
            assign_to_tasks(task, rules, std::process::id());
        }
        CommandEvent::Started(Box::new(Started {
            pid,
            process: identity(pid),
            pidfd: self.pidfd.clone(),
            pumps: self.pumps.take(),
            at: self.at,
            task,
            tracking,
        }))
    }
}

fn begin_tracing(
    pid: pid_t,
    sampler: Option<SharedSampler>,
    dies_with_tracer: bool,
    state: &State,
) -> io::Result<Tracer> {
    state.waker.register()?;
    raise_priority();
    let proc = ProcRoot::system().map_err(io::Error::other)?;
    let mut tracer = Tracer::new(proc, sampler.clone(), dies_with_tracer);
    tracer.seize(pid, pid)?;
    if let Some(sampler) = sampler {
        sampler.expect_events();
    }
    Ok(tracer)
}

/// A command that was forked has not become its program.
fn not_started(placement: &Placement, pid: pid_t, emit: &impl Fn(CommandEvent), why: StartFailure) {
    placement.forget_child(pid.cast_unsigned());
    Forwarding::forget_fork();
    emit(CommandEvent::NotStarted(why));
}

/// Ends a child that is not the program yet, traced or not.
fn kill_and_reap(pid: pid_t) {
    // It has not been reaped yet, so that the pid is still its own.
    let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, Signal::KILL));
    let _ = wait_for(pid);
}

fn follow_untraced(
    command: &ForkedCommand,
    child: &ForkedChild,
    tracking: Tracking,
    hold: Option<KernelEventsHold<'_>>,
    state: &State,
    emit: &impl Fn(CommandEvent),
) {
    if let Err(error) = child.wait_for_exec() {
        let _ = wait_for(command.pid);
        return not_started(
            &command.placement,
            command.pid,
            emit,
            StartFailure::Exec(error),
        );
    }
    emit(command.started(tracking));
    // Its task is known.
    drop(hold);
    let ended = loop {
        match wait4(command.pid, libc::WUNTRACED | libc::WCONTINUED) {
            Ok(Some(waited)) if libc::WIFCONTINUED(waited.status) => {
                state.command.set_running();
            }
            Ok(Some(waited)) if libc::WIFSTOPPED(waited.status) => {
                state.command.set_stopped();
                emit(CommandEvent::Stopped);
            }
            Ok(Some(waited)) => break Ok(waited),
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    state.command.set_ended();
    if let (Some(events), Ok(waited)) = (command.placement.session.events.kernel(), &ended) {
        events.note_end(command.pid.cast_unsigned(), waited.status);
    }
    emit(CommandEvent::Ended(ended));
    emit(CommandEvent::Over(TraceRecord::default()));
}

fn follow_traced(
    command: &ForkedCommand,
    child: &ForkedChild,
    mut tracer: Tracer,
    state: &State,
    emit: &impl Fn(CommandEvent),
) {
    let mut is_program = false;
    let mut has_ended = false;
    loop {
        if state.detaches.swap(false, SeqCst) {
            tracer.detach_all();
        }
        if has_ended && tracer.is_empty() {
            break;
        }
        let (tid, report) = match tracer.next_report() {
            Ok(Some(reported)) => reported,
            Ok(None) => continue,
            // No child is left. If the command was one, other code in this process has reaped it.
            Err(error) => {
                if !has_ended {
                    emit(CommandEvent::Ended(Err(error)));
                }
                break;
            }
        };
        // Before it is resumed, so that the first sample is of its program.
        if !is_program && tid == command.pid && matches!(report, Report::Exec) {
            is_program = true;
            emit(command.started(command.placement.session.events.tracking()));
        }
        tracer.handle(tid, report);
        if tid == command.pid {
            match report {
                Report::GroupStop => {
                    state.command.set_stopped();
                    emit(CommandEvent::Stopped);
                }
                Report::Ended(_) => state.command.set_ended(),
                _ => state.command.set_running(),
            }
        }
        if let Report::Ended(waited) = report
            && tid == command.pid
        {
            if !is_program {
                let error = child
                    .wait_for_exec()
                    .err()
                    .unwrap_or_else(killed_before_exec);
                return not_started(
                    &command.placement,
                    command.pid,
                    emit,
                    StartFailure::Exec(error),
                );
            }
            has_ended = true;
            emit(CommandEvent::Ended(Ok(waited)));
        }
    }
    emit(CommandEvent::Over(tracer.record));
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
                let _ = calls::resume(pid, 0);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(Some(waited)) => return Ok(waited),
            Ok(None) => return Err(io::Error::other("the kernel reports no end")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use std::sync::mpsc::channel;

    use super::{CommandEvent, PanicReport, kill_and_reap};
    use memtop_trace::ptrace::calls::{self, StopsAt};

    #[test]
    fn a_panic_is_reported_as_an_end() {
        let (sender, receiver) = channel();
        let failing = std::thread::spawn(move || {
            let _report = PanicReport {
                emit: move |event| sender.send(event).unwrap(),
            };
            panic!("as a test");
        });
        assert!(failing.join().is_err());
        assert!(matches!(receiver.recv(), Ok(CommandEvent::Ended(Err(_)))));
        assert!(matches!(receiver.recv(), Ok(CommandEvent::Over(_))));
    }

    #[test]
    fn a_traced_child_that_is_given_up_leaves_nothing_to_wait_for() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id().cast_signed();
        let stops_at = StopsAt {
            exit: true,
            dies_with_tracer: true,
        };
        calls::seize(pid, stops_at).unwrap();
        kill_and_reap(pid);
        let left = child.try_wait().unwrap_err();
        assert_eq!(left.raw_os_error(), Some(libc::ECHILD));
    }
}
