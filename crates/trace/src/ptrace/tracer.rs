//! Handles the stops of traced threads, and notifies the sampler.

mod detaching;
mod ends;
mod starts;

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use libc::{c_int, pid_t};
use memtop_proc::native::{ProcRoot, directory, field_has_signal, process_group, startup_at_exec};
use memtop_proc::{ByNumber, HighWater};
use memtop_sampler::{Event, SharedSampler};
use rustix::process::Pid;

use crate::death::Death;
use crate::ptrace::calls::{self, Report, StopsAt};
use crate::ptrace::privilege::Privileges;
use crate::ptrace::self_tracing::{SelfTracing, TracingScope};
use crate::ptrace::storm::{self, Storm};
use crate::ptrace::tracee::Tracee;
use crate::ptrace::v8_stack::is_heap_abort;

/// Statistics and findings of tracing.
#[derive(Clone, Debug, Default)]
pub struct TraceRecord {
    /// The number of handled stops.
    pub stops: u64,
    /// Processes that were detached, because they stopped too often or use ptrace themselves.
    pub released: u64,
    /// Processes killed by a signal that may be related to memory.
    pub deaths: Vec<Death>,
    /// How tracing affected the command, as messages for the user.
    pub remarks: Vec<String>,
}

#[derive(Debug, Default)]
struct Process {
    /// The number of its threads without the leader.
    other_threads: u32,
    /// Its memory when the leader, or a later thread, exited while others went on.
    last_of_thread: Option<HighWater>,
    storm: Storm,
    /// Whether it aborts because a V8 heap is full.
    has_full_heap: bool,
}

/// The threads traced by the thread that owns this value, which must make all calls.
#[derive(Debug)]
pub struct Tracer {
    proc: ProcRoot,
    sampler: Option<SharedSampler>,
    /// Whether tracees are killed when this process exits.
    kill_on_exit: bool,
    /// By thread id.
    tracees: ByNumber<pid_t, Tracee>,
    /// State of processes as a whole, for those that have any.
    processes: ByNumber<pid_t, Process>,
    /// Threads that stopped at their start before their parent's event was reported.
    unclaimed: Vec<pid_t>,
    is_detaching_all: bool,
    /// Reports received while waiting for others.
    reports: VecDeque<(pid_t, Report)>,
    /// The leader of a session created by memtop.
    own_session: Option<pid_t>,
    programs: SelfTracing,
    privileges: Privileges,
    text: Vec<u8>,
    /// Statistics and findings so far.
    pub record: TraceRecord,
}

impl Tracer {
    /// Traces nothing yet. `kill_on_exit`: whether tracees are killed when this process exits.
    #[must_use]
    pub fn new(proc: ProcRoot, sampler: Option<SharedSampler>, kill_on_exit: bool) -> Self {
        Self {
            privileges: Privileges::of_this_process(&proc),
            proc,
            sampler,
            kill_on_exit,
            tracees: ByNumber::default(),
            processes: ByNumber::default(),
            unclaimed: Vec::new(),
            is_detaching_all: false,
            reports: VecDeque::new(),
            own_session: None,
            programs: SelfTracing::default(),
            text: Vec::new(),
            record: TraceRecord::default(),
        }
    }

    /// Attaches to a thread, the leader of its process or another.
    ///
    /// # Errors
    /// If it is gone or may not be traced.
    pub fn seize(&mut self, tid: pid_t, process: pid_t) -> io::Result<()> {
        calls::seize(tid, self.stops_at(tid == process))?;
        self.add(tid, Tracee::of(process));
        Ok(())
    }

    fn add(&mut self, tid: pid_t, tracee: Tracee) {
        let former = self.tracees.insert(tid, tracee);
        if tracee.is_leader(tid) {
            // Any old state is of a process with the same pid, or of the program before exec.
            self.processes.remove(&tid);
        } else if former.is_none() {
            self.processes
                .entry(tracee.process)
                .or_default()
                .other_threads += 1;
        }
    }

    /// Removes a thread that is no longer traced; with the leader, the state of its process as
    /// well.
    fn remove(&mut self, tid: pid_t) -> Option<Tracee> {
        let tracee = self.tracees.remove(&tid)?;
        if tracee.is_leader(tid) {
            self.processes.remove(&tid);
        } else if let Some(process) = self.processes.get_mut(&tracee.process) {
            process.other_threads = process.other_threads.saturating_sub(1);
        }
        Some(tracee)
    }

    pub(crate) fn proc(&self) -> &ProcRoot {
        &self.proc
    }

    /// Declares that the command leads a session without a shell that could continue it.
    pub fn note_own_session(&mut self, leader: pid_t) {
        self.own_session = Some(leader);
    }

    pub(crate) fn traces(&self, tid: pid_t) -> bool {
        self.tracees.contains_key(&tid)
    }

    /// Whether nothing is traced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tracees.is_empty() && self.unclaimed.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.tracees.clear();
        self.processes.clear();
        self.unclaimed.clear();
    }

    /// Waits for the next report. `None` if a signal interrupted the wait.
    ///
    /// # Errors
    /// If there is nothing to wait for.
    pub fn next_report(&mut self) -> io::Result<Option<(pid_t, Report)>> {
        match self.reports.pop_front() {
            Some(report) => Ok(Some(report)),
            None => calls::next_report(),
        }
    }

    /// Handles a report, notifies the sampler, and resumes the thread.
    pub fn handle(&mut self, tid: pid_t, report: Report) {
        match report {
            Report::Ended(waited) => return self.handle_end(tid, waited.status),
            Report::Trapped if !self.traces(tid) => return self.unclaimed.push(tid),
            _ => {}
        }
        if !self.traces(tid) {
            self.register_from_proc(tid);
        }
        self.handle_stop(tid, report);
    }

    fn handle_stop(&mut self, tid: pid_t, report: Report) {
        self.record.stops += 1;
        let process = self.tracees.get(&tid).map_or(tid, |tracee| tracee.process);
        let mut signal = 0;
        match report {
            Report::Fork | Report::Vfork | Report::Clone => self.handle_start(tid, process, report),
            Report::Exec => self.handle_exec(tid),
            Report::Exit => self.handle_exit(tid, process),
            Report::Signal(delivered) => {
                signal = self.translated_signal(delivered, process);
                if delivered == libc::SIGABRT && aborts_with_full_heap(tid, process) {
                    self.processes.entry(process).or_default().has_full_heap = true;
                }
                // SIGCHLD announces the end of a child, which tracing is for.
                if delivered != libc::SIGCHLD {
                    self.add_cost(process, storm::SIGNAL, tid);
                }
            }
            Report::Trapped if tid != process => self.prepare_thread(tid, process),
            _ => {}
        }
        self.resume(tid, report, signal);
    }

    fn resume(&mut self, tid: pid_t, report: Report, signal: c_int) {
        // Fails if the thread was killed meanwhile; then its end is reported next.
        let _ = if self.is_detaching(tid) {
            self.remove(tid);
            calls::detach(tid, signal)
        } else if matches!(report, Report::GroupStop) {
            calls::listen(tid)
        } else {
            calls::resume(tid, signal)
        };
    }

    fn handle_exec(&mut self, pid: pid_t) {
        // Of several threads only the one that called exec is left, with the id of the leader.
        if calls::message(pid).is_ok_and(|former| former != pid) {
            let tracee = Tracee {
                process: pid,
                is_detaching: self.is_detaching(pid),
            };
            self.tracees.retain(|_, tracee| tracee.process != pid);
            self.add(pid, tracee);
            let _ = calls::set_stops(pid, self.stops_at(true));
        }
        if let Some(sampler) = &self.sampler {
            let pid = pid.cast_unsigned();
            let (proc, text) = (&self.proc, &mut self.text);
            sampler.notify_exec(
                pid,
                move || {
                    let stack = calls::stack_pointer(pid.cast_signed());
                    startup_at_exec(proc, pid, stack, text)
                },
                || directory(proc, pid),
            );
        }
        if let Some(lost) = self.privileges.lost_by(pid) {
            self.record.remarks.push(lost);
        }
        match self.programs.of_program(pid) {
            TracingScope::None => {}
            TracingScope::Own => self.detach_process(pid, pid),
            TracingScope::Any => self.detach_for_tracer(pid),
        }
    }

    /// The signal to deliver. A command on its own terminal has no shell in its session that could
    /// continue it, so the kernel would discard SIGTSTP. This process can continue it, so it is
    /// stopped by SIGSTOP instead.
    fn translated_signal(&mut self, signal: c_int, process: pid_t) -> c_int {
        if signal == libc::SIGTSTP && self.would_discard(signal, process) {
            libc::SIGSTOP
        } else {
            signal
        }
    }

    /// Whether the kernel would discard a stop signal to this process.
    fn would_discard(&mut self, signal: c_int, process: pid_t) -> bool {
        let Some(leader) = self.own_session else {
            return false;
        };
        let group = Pid::from_raw(process).and_then(process_group);
        let pid = process.cast_unsigned();
        let read = self.proc.read_process_file(pid, "status", &mut self.text);
        let catches = field_has_signal(&self.text, "SigCgt", signal);
        group == Pid::from_raw(leader) && matches!(read, Ok(Some(()))) && catches == Some(false)
    }

    /// Adds the cost of a stop, and detaches from the process if it stops too often.
    fn add_cost(&mut self, process: pid_t, cost: Duration, stopped: pid_t) {
        let state = self.processes.entry(process).or_default();
        if state.storm.add(cost, Instant::now()) {
            self.detach_process(process, stopped);
        }
    }

    fn notify(&self, event: Event) {
        if let Some(sampler) = &self.sampler {
            sampler.notify(event);
        }
    }

    fn stops_at(&self, exit: bool) -> StopsAt {
        StopsAt {
            exit,
            dies_with_tracer: self.kill_on_exit,
        }
    }
}

fn aborts_with_full_heap(tid: pid_t, process: pid_t) -> bool {
    calls::stack_pointer(tid).is_some_and(|stack| is_heap_abort(process.cast_unsigned(), stack))
}

#[cfg(test)]
mod tests {
    use memtop_proc::native::ProcRoot;

    use super::{Tracee, Tracer};

    #[test]
    fn a_thread_that_is_reported_twice_counts_once() {
        let mut tracer = Tracer::new(ProcRoot::system().unwrap(), None, false);
        let (process, thread) = (70, 71);
        tracer.add(process, Tracee::of(process));
        tracer.add(thread, Tracee::of(process));
        tracer.add(thread, Tracee::of(process));
        tracer.remove(thread);
        assert_eq!(tracer.processes[&process].other_threads, 0);
    }
}
