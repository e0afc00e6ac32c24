//! Handles the stops of all that is traced, and tells the sampler.

mod ends;

use std::collections::VecDeque;
use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use libc::{c_int, pid_t};
use memtop_proc::native::{ProcRoot, directory, field_has_signal, startup_at_exec};
use memtop_proc::{ByNumber, HighWater};
use memtop_sampler::SharedSampler;
use memtop_sampler::{Event, Kinship};

use crate::death::Death;
use crate::privilege::Privileges;
use crate::ptrace::{self, Report, StopsAt};
use crate::self_tracing::{SelfTracing, Wish};
use crate::storm::{self, Storm};
use crate::tracee::{self, Origin, Tracee};
use crate::v8_stack::stack_tells_of_heap;

/// How long a process that is to be released may take to stop.
const LETTING_GO: Duration = Duration::from_millis(200);
const BETWEEN_REPORTS: Duration = Duration::from_micros(200);

/// What tracing has done so far.
#[derive(Clone, Debug, Default)]
pub struct TraceRecord {
    /// Stops that were handled.
    pub stops: u64,
    /// Processes that were let go, because they stopped too often or trace others themselves.
    pub released: u64,
    /// Those that a signal has ended, as far as it can have to do with memory.
    pub deaths: Vec<Death>,
    /// What tracing took from the command, in words.
    pub remarks: Vec<String>,
}

#[derive(Debug, Default)]
struct Process {
    /// How many threads it has beside the first.
    other_threads: u32,
    /// What it had when its first thread, or another after that, ended and some went on.
    last_of_thread: Option<HighWater>,
    storm: Storm,
    /// It aborts because a heap of V8 is full.
    has_full_heap: bool,
}

/// All that one thread traces. Every call must come from that thread.
#[derive(Debug)]
pub struct Tracer {
    proc: ProcRoot,
    sampler: Option<SharedSampler>,
    /// Whether what is traced dies with this process.
    is_tied: bool,
    /// By thread id.
    tracees: ByNumber<pid_t, Tracee>,
    /// What is kept of processes as a whole, where there is something to keep.
    processes: ByNumber<pid_t, Process>,
    /// Stopped at their start before it was told who has started them.
    held: Vec<pid_t>,
    lets_all_go: bool,
    /// Came while others were waited for.
    reports: VecDeque<(pid_t, Report)>,
    /// The leader of a session of memtop's making.
    own_session: Option<pid_t>,
    programs: SelfTracing,
    privileges: Privileges,
    text: Vec<u8>,
    /// What it has done so far.
    pub record: TraceRecord,
}

impl Tracer {
    /// Of nobody yet. `is_tied`: whether what is traced dies with this process.
    #[must_use]
    pub fn new(proc: ProcRoot, sampler: Option<SharedSampler>, is_tied: bool) -> Self {
        Self {
            privileges: Privileges::of_this_process(&proc),
            proc,
            sampler,
            is_tied,
            tracees: ByNumber::default(),
            processes: ByNumber::default(),
            held: Vec::new(),
            lets_all_go: false,
            reports: VecDeque::new(),
            own_session: None,
            programs: SelfTracing::default(),
            text: Vec::new(),
            record: TraceRecord::default(),
        }
    }

    /// Starts to trace a thread, the first of its process or another.
    ///
    /// # Errors
    /// When it is gone or may not be traced.
    pub fn seize(&mut self, tid: pid_t, process: pid_t) -> io::Result<()> {
        ptrace::seize(tid, self.stops_at(tid == process))?;
        self.add(tid, Tracee::of(process));
        Ok(())
    }

    fn add(&mut self, tid: pid_t, tracee: Tracee) {
        let former = self.tracees.insert(tid, tracee);
        if tracee.is_first(tid) {
            // What was kept is of another that had this pid, or of another program.
            self.processes.remove(&tid);
        } else if former.is_none() {
            self.processes
                .entry(tracee.process)
                .or_default()
                .other_threads += 1;
        }
    }

    /// Takes out one that is traced no more, and with the first thread all that is kept of its
    /// process.
    fn remove(&mut self, tid: pid_t) -> Option<Tracee> {
        let tracee = self.tracees.remove(&tid)?;
        if tracee.is_first(tid) {
            self.processes.remove(&tid);
        } else if let Some(process) = self.processes.get_mut(&tracee.process) {
            process.other_threads = process.other_threads.saturating_sub(1);
        }
        Some(tracee)
    }

    fn is_let_go(&self, tid: pid_t) -> bool {
        let tracee = self.tracees.get(&tid);
        tracee.is_some_and(|tracee| tracee.is_let_go)
    }

    pub(crate) fn proc(&self) -> &ProcRoot {
        &self.proc
    }

    /// The command leads a session that has nobody else who could continue it.
    pub fn note_own_session(&mut self, leader: pid_t) {
        self.own_session = Some(leader);
    }

    pub(crate) fn traces(&self, tid: pid_t) -> bool {
        self.tracees.contains_key(&tid)
    }

    /// Whether there is nobody any more.
    #[must_use]
    pub fn traces_nobody(&self) -> bool {
        self.tracees.is_empty() && self.held.is_empty()
    }

    /// Ends the tracing of everybody. Each is let go at its next stop, which comes soon.
    pub fn let_all_go(&mut self) {
        self.lets_all_go = true;
        self.let_go_of(None, |_, _| true);
        self.resolve_held();
    }

    /// Ends the tracing of these threads at their next stops.
    pub(crate) fn let_threads_go(&mut self, tids: &[pid_t]) {
        self.let_go_of(None, |tid, _| tids.contains(&tid));
    }

    /// Ends the tracing of those who are meant at their next stops. `stopped` goes on in a moment
    /// anyway. Whether there are any.
    fn let_go_of(
        &mut self,
        stopped: Option<pid_t>,
        is_meant: impl Fn(pid_t, &Tracee) -> bool,
    ) -> bool {
        let mut are_any = false;
        for (&tid, tracee) in &mut self.tracees {
            if tracee.is_let_go || !is_meant(tid, tracee) {
                continue;
            }
            tracee.is_let_go = true;
            are_any = true;
            if Some(tid) != stopped {
                // One that has ended meanwhile is reported.
                let _ = ptrace::interrupt(tid);
            }
        }
        are_any
    }

    /// There is nobody any more who could be traced.
    pub(crate) fn forget_all(&mut self) {
        self.tracees.clear();
        self.processes.clear();
        self.held.clear();
    }

    /// Waits for the next report. `None` when a signal came instead.
    ///
    /// # Errors
    /// When there is nobody to wait for.
    pub fn next_report(&mut self) -> io::Result<Option<(pid_t, Report)>> {
        match self.reports.pop_front() {
            Some(report) => Ok(Some(report)),
            None => ptrace::next_report(),
        }
    }

    /// Does what a report calls for, tells the sampler, and lets the thread go on.
    pub fn handle(&mut self, tid: pid_t, report: Report) {
        match report {
            Report::Ended(waited) => return self.ended(tid, waited.status),
            Report::Trapped if !self.traces(tid) => return self.held.push(tid),
            _ => {}
        }
        if !self.traces(tid) {
            self.find_out_about(tid);
        }
        self.stopped(tid, report);
    }

    fn stopped(&mut self, tid: pid_t, report: Report) {
        self.record.stops += 1;
        let process = self.tracees.get(&tid).map_or(tid, |tracee| tracee.process);
        let mut signal = 0;
        match report {
            Report::Fork | Report::Vfork | Report::Clone => self.started(tid, process, report),
            Report::Exec => self.execed(tid),
            Report::Exit => self.exiting(tid, process),
            Report::Signal(delivered) => {
                signal = self.as_meant(delivered, process);
                if delivered == libc::SIGABRT && aborts_of_full_heap(tid, process) {
                    self.processes.entry(process).or_default().has_full_heap = true;
                }
                // It comes with the end of a child, which is worth its price.
                if delivered != libc::SIGCHLD {
                    self.pay(process, storm::SIGNAL, tid);
                }
            }
            Report::Trapped if tid != process => self.prepare_thread(tid, process),
            _ => {}
        }
        self.proceed(tid, report, signal);
    }

    fn proceed(&mut self, tid: pid_t, report: Report, signal: c_int) {
        // One that was killed meanwhile cannot be told anything; its end is reported next.
        let _ = if self.is_let_go(tid) {
            self.remove(tid);
            ptrace::detach(tid, signal)
        } else if matches!(report, Report::GroupStop) {
            ptrace::listen(tid)
        } else {
            ptrace::go_on(tid, signal)
        };
    }

    /// A thread has started another, or a process.
    fn started(&mut self, tid: pid_t, process: pid_t, report: Report) {
        let Ok(child) = ptrace::message(tid) else {
            return;
        };
        let is_thread = matches!(report, Report::Clone) && tracee::is_thread_of(child, process);
        let origin = match report {
            _ if is_thread => Origin::Thread { of: process },
            _ => Origin::Process {
                parent: process,
                kinship: tracee::kinship(tid, child, usual_kinship(report)),
            },
        };
        // One that was reported before its birth was is known already.
        if !self.traces(child) {
            self.take_in(child, origin, self.is_let_go(tid));
        }
        if is_thread {
            self.pay(process, storm::THREAD, tid);
        }
        if let Some(place) = self.held.iter().position(|&held| held == child) {
            self.held.swap_remove(place);
            self.stopped(child, Report::Trapped);
        }
    }

    fn take_in(&mut self, tid: pid_t, origin: Origin, is_let_go: bool) {
        let is_let_go = is_let_go || self.lets_all_go;
        let process = match origin {
            Origin::Thread { of } => of,
            Origin::Process { .. } => tid,
        };
        self.add(tid, Tracee { process, is_let_go });
        if let Origin::Process { parent, kinship } = origin
            && !is_let_go
        {
            self.tell(Event::Born {
                pid: tid.cast_unsigned(),
                parent: parent.cast_unsigned(),
                kinship,
            });
        }
    }

    /// What a thread does at its end says nothing of memory, so it need not stop there while there is
    /// the first one that does.
    fn prepare_thread(&mut self, tid: pid_t, process: pid_t) {
        let known = self.processes.get(&process);
        let may_be_last = known.is_some_and(|process| process.last_of_thread.is_some());
        let _ = ptrace::set_stops(tid, self.stops_at(may_be_last));
    }

    /// One that was not told of: whoever started it was killed before it could tell.
    fn find_out_about(&mut self, tid: pid_t) {
        let origin = tracee::origin(&self.proc, tid, &mut self.text);
        self.take_in(tid, origin, false);
    }

    fn resolve_held(&mut self) {
        for tid in std::mem::take(&mut self.held) {
            self.find_out_about(tid);
            self.stopped(tid, Report::Trapped);
        }
    }

    fn execed(&mut self, pid: pid_t) {
        // Of many threads only the one that called exec is left, with the id of the first.
        if ptrace::message(pid).is_ok_and(|former| former != pid) {
            let is_let_go = self.is_let_go(pid);
            self.tracees.retain(|_, tracee| tracee.process != pid);
            let process = pid;
            self.add(pid, Tracee { process, is_let_go });
            let _ = ptrace::set_stops(pid, self.stops_at(true));
        }
        if let Some(sampler) = &self.sampler {
            let pid = pid.cast_unsigned();
            let (proc, text) = (&self.proc, &mut self.text);
            sampler.notify_exec(
                pid,
                move || {
                    let stack = ptrace::stack_pointer(pid.cast_signed());
                    startup_at_exec(proc, pid, stack, text)
                },
                || directory(proc, pid),
            );
        }
        if let Some(lost) = self.privileges.lost_by(pid) {
            self.record.remarks.push(lost);
        }
        match self.programs.wish_of(pid) {
            Wish::None => {}
            Wish::Own => self.let_go(pid, pid),
            Wish::Any => {
                let first = |(&tid, tracee): (&pid_t, &Tracee)| tracee.is_first(tid).then_some(tid);
                let processes: Vec<pid_t> = self.tracees.iter().filter_map(first).collect();
                for process in processes {
                    self.let_go(process, pid);
                }
                self.wait_for_those_let_go(pid);
            }
        }
    }

    /// A command on a terminal of its own has no shell in its session that could continue it, so the
    /// kernel would discard what stops a job. Somebody can continue it: this process.
    fn as_meant(&mut self, signal: c_int, process: pid_t) -> c_int {
        if signal == libc::SIGTSTP && self.is_unheeded(signal, process) {
            libc::SIGSTOP
        } else {
            signal
        }
    }

    /// Whether a stop of this process would be discarded for want of a shell.
    fn is_unheeded(&mut self, signal: c_int, process: pid_t) -> bool {
        let Some(leader) = self.own_session else {
            return false;
        };
        // SAFETY: getpgid takes a number and touches no memory.
        let group = unsafe { libc::getpgid(process) };
        let pid = process.cast_unsigned();
        let read = self.proc.read_process_file(pid, "status", &mut self.text);
        let catches = field_has_signal(&self.text, "SigCgt", signal);
        group == leader && matches!(read, Ok(Some(()))) && catches == Some(false)
    }

    fn pay(&mut self, process: pid_t, cost: Duration, stopped: pid_t) {
        let kept = self.processes.entry(process).or_default();
        if kept.storm.is_too_much(cost, Instant::now()) {
            self.let_go(process, stopped);
        }
    }

    /// Ends the tracing of a process. `stopped` goes on in a moment anyway.
    fn let_go(&mut self, process: pid_t, stopped: pid_t) {
        if self.let_go_of(Some(stopped), |_, tracee| tracee.process == process) {
            self.record.released += 1;
            self.tell(Event::Released(process.cast_unsigned()));
        }
    }

    /// `tracer` is about to trace any of them, which it cannot while they are traced from here. They
    /// stop soon; one that takes longer is released later.
    fn wait_for_those_let_go(&mut self, tracer: pid_t) {
        let started = Instant::now();
        let is_awaited =
            |(_, tracee): (&pid_t, &Tracee)| tracee.is_let_go && tracee.process != tracer;
        while started.elapsed() < LETTING_GO && self.tracees.iter().any(is_awaited) {
            match ptrace::report_if_any() {
                Ok(Some((tid, report))) => {
                    let is_end = matches!(report, Report::Ended(_));
                    if self.is_let_go(tid) && !is_end && tid != tracer {
                        self.handle(tid, report);
                    } else {
                        self.reports.push_back((tid, report));
                    }
                }
                Ok(None) => sleep(BETWEEN_REPORTS),
                Err(_) => return,
            }
        }
    }

    fn tell(&self, event: Event) {
        if let Some(sampler) = &self.sampler {
            sampler.notify(event);
        }
    }

    fn stops_at(&self, exit: bool) -> StopsAt {
        StopsAt {
            exit,
            dies_with_tracer: self.is_tied,
        }
    }
}

fn usual_kinship(report: Report) -> Kinship {
    match report {
        Report::Vfork => Kinship::SameMemory,
        _ => Kinship::Copy,
    }
}

fn aborts_of_full_heap(tid: pid_t, process: pid_t) -> bool {
    ptrace::stack_pointer(tid)
        .is_some_and(|stack| stack_tells_of_heap(process.cast_unsigned(), stack))
}

#[cfg(test)]
mod tests {
    use memtop_proc::native::ProcRoot;

    use super::{Tracee, Tracer};

    #[test]
    fn a_thread_that_is_told_of_twice_counts_once() {
        let mut tracer = Tracer::new(ProcRoot::system().unwrap(), None, false);
        let (process, thread) = (70, 71);
        tracer.add(process, Tracee::of(process));
        tracer.add(thread, Tracee::of(process));
        tracer.add(thread, Tracee::of(process));
        tracer.remove(thread);
        assert_eq!(tracer.processes[&process].other_threads, 0);
    }
}
