//! The ends of threads, and of processes: when the last of their threads ends.

use libc::{c_int, pid_t};
use memtop_proc::HighWater;
use memtop_proc::native::high_water;
use memtop_sampler::{EndStatus, Event};

use super::Tracer;
use crate::death::Death;
use crate::{last_thread, ptrace};

/// What had at most this much is not waited for at its end: its memory is gone in an instant, and
/// whoever waits for it hears of its end the sooner.
const SMALL: u64 = 4 << 20;
/// More of them would say nothing new.
const MOST_DEATHS: usize = 100;

impl Tracer {
    /// A thread is about to end, and its process with it or not.
    pub(crate) fn exiting(&mut self, tid: pid_t, process: pid_t) {
        let known = self.processes.get(&process);
        if tid != process && known.is_none_or(|process| process.last_of_thread.is_none()) {
            // The first one has told, or will.
            return;
        }
        // Killed once more in the midst of its end, it has no memory left to read.
        let last = high_water(&self.proc, tid.cast_unsigned(), &mut self.text);
        let status = ptrace::message(tid).unwrap_or(0);
        let known = self.processes.get(&process);
        let is_alone = tid == process && known.is_none_or(|process| process.other_threads == 0);
        if is_alone || last_thread::is_last(&self.proc, tid, process, status, &mut self.text) {
            self.process_is_exiting(process, last, status, is_alone);
            return;
        }
        let known = self.processes.entry(process).or_default();
        known.last_of_thread = last.or(known.last_of_thread);
        if tid == process {
            self.let_others_stop_at_end(process);
        }
    }

    /// The first thread ends and others go on: one of them becomes another program, or they live on,
    /// and the last of them is to stop before its end.
    fn let_others_stop_at_end(&self, process: pid_t) {
        for (&tid, tracee) in &self.tracees {
            if tracee.process == process && tid != process {
                // One that has ended meanwhile is reported.
                let _ = ptrace::interrupt(tid);
            }
        }
    }

    fn process_is_exiting(
        &mut self,
        process: pid_t,
        last: Option<HighWater>,
        status: c_int,
        is_alone: bool,
    ) {
        let pid = process.cast_unsigned();
        if let (Some(last), Some(sampler)) = (last, &self.sampler) {
            sampler.notify_exit(pid, last);
        }
        let known = self.processes.get_mut(&process);
        let has_full_heap = known.is_some_and(|process| {
            process.last_of_thread = None;
            process.has_full_heap
        });
        if is_alone
            && last.is_some_and(|last| last.highest_bytes <= SMALL)
            && let Some(tracee) = self.tracees.get_mut(&process)
        {
            tracee.is_let_go = true;
            self.tell(Event::Ended(pid, end_status(status)));
        }
        let signal = if libc::WIFSIGNALED(status) {
            libc::WTERMSIG(status)
        } else {
            0
        };
        let is_telling = matches!(signal, libc::SIGKILL | libc::SIGABRT);
        if is_telling && self.record.deaths.len() < MOST_DEATHS {
            self.record.deaths.push(Death::look(
                &self.proc,
                pid,
                signal,
                last.map(|last| last.highest_bytes),
                has_full_heap,
                &mut self.text,
            ));
        }
    }

    pub(crate) fn ended(&mut self, tid: pid_t, status: c_int) {
        let untold = self
            .processes
            .get(&tid)
            .and_then(|known| known.last_of_thread);
        if let Some(last) = untold {
            self.tell(Event::Exiting(tid.cast_unsigned(), last));
        }
        if self.remove(tid).is_some_and(|tracee| tracee.is_first(tid)) {
            self.tell(Event::Ended(tid.cast_unsigned(), end_status(status)));
        }
        self.resolve_held();
    }
}

fn end_status(status: c_int) -> EndStatus {
    if libc::WIFSIGNALED(status) {
        EndStatus::Signal(libc::WTERMSIG(status))
    } else {
        EndStatus::Code(libc::WEXITSTATUS(status))
    }
}
