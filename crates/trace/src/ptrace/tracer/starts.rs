//! New processes and threads.

use libc::pid_t;
use memtop_sampler::{Event, InitialMemory};

use super::Tracer;
use crate::ptrace::calls::{self, Report};
use crate::ptrace::storm;
use crate::ptrace::tracee::{self, Origin, Tracee};

impl Tracer {
    /// A thread has started a process or another thread.
    pub(super) fn handle_start(&mut self, tid: pid_t, process: pid_t, report: Report) {
        let Ok(child) = calls::message(tid) else {
            return;
        };
        let is_thread = matches!(report, Report::Clone) && tracee::is_thread_of(child, process);
        let origin = match report {
            _ if is_thread => Origin::Thread { of: process },
            _ => Origin::Process {
                parent: process,
                memory: tracee::memory(tid, child, usual_memory(report)),
            },
        };
        // Known already if the child was reported before this event.
        if !self.traces(child) {
            self.register(child, origin, self.is_detaching(tid));
        }
        if is_thread {
            self.add_cost(process, storm::THREAD, tid);
        }
        if let Some(place) = self.unclaimed.iter().position(|&tid| tid == child) {
            self.unclaimed.swap_remove(place);
            self.handle_stop(child, Report::Trapped);
        }
    }

    fn register(&mut self, tid: pid_t, origin: Origin, is_detaching: bool) {
        let is_detaching = is_detaching || self.is_detaching_all;
        let process = match origin {
            Origin::Thread { of } => of,
            Origin::Process { .. } => tid,
        };
        let tracee = Tracee {
            process,
            is_detaching,
        };
        self.add(tid, tracee);
        if let Origin::Process { parent, memory } = origin
            && !is_detaching
        {
            self.notify(Event::Started {
                pid: tid.cast_unsigned(),
                parent: parent.cast_unsigned(),
                memory,
            });
        }
    }

    /// Registers a thread without an event of its parent, which was killed before the event.
    pub(super) fn register_from_proc(&mut self, tid: pid_t) {
        let origin = tracee::origin(&self.proc, tid, &mut self.text);
        self.register(tid, origin, false);
    }

    pub(super) fn register_unclaimed(&mut self) {
        for tid in std::mem::take(&mut self.unclaimed) {
            self.register_from_proc(tid);
            self.handle_stop(tid, Report::Trapped);
        }
    }

    /// Disables the exit stop of a thread, which says nothing about memory as long as the leader
    /// lives, since that has an exit stop.
    pub(super) fn prepare_thread(&mut self, tid: pid_t, process: pid_t) {
        let state = self.processes.get(&process);
        let may_be_last = state.is_some_and(|process| process.last_of_thread.is_some());
        let _ = calls::set_stops(tid, self.stops_at(may_be_last));
    }
}

fn usual_memory(report: Report) -> InitialMemory {
    match report {
        Report::Vfork => InitialMemory::OfParent,
        _ => InitialMemory::CopyOfParent,
    }
}
