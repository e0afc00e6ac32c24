//! The ends of threads, and of processes, which end with their last thread.

use libc::{c_int, pid_t};
use memtop_proc::HighWater;
use memtop_proc::native::high_water;
use memtop_sampler::Event;

use super::Tracer;
use crate::death::Death;
use crate::end_status;
use crate::ptrace::{calls, last_thread};

/// Processes with a lower peak are detached at their exit stop: their memory is freed at once, and
/// their parent is notified of their end sooner.
const SMALL_BYTES: u64 = 4 << 20;
/// Further deaths are not recorded.
const MAX_DEATHS: usize = 100;

impl Tracer {
    /// A thread is about to end, and perhaps its process with it.
    pub(super) fn handle_exit(&mut self, tid: pid_t, process: pid_t) {
        let known = self.processes.get(&process);
        if tid != process && known.is_none_or(|process| process.last_of_thread.is_none()) {
            // The exit stop of the leader counts.
            return;
        }
        // `None` if it was killed again while exiting and has freed its memory.
        let last = high_water(&self.proc, tid.cast_unsigned(), &mut self.text);
        let status = calls::message(tid).unwrap_or(0);
        let known = self.processes.get(&process);
        let is_alone = tid == process && known.is_none_or(|process| process.other_threads == 0);
        if is_alone || last_thread::is_last(&self.proc, tid, process, status, &mut self.text) {
            self.handle_process_exit(process, last, status, is_alone);
            return;
        }
        let known = self.processes.entry(process).or_default();
        known.last_of_thread = last.or(known.last_of_thread);
        if tid == process {
            self.interrupt_other_threads(process);
        }
    }

    /// The leader exits while others go on, either because one of them called exec, or because they
    /// live on. Then the last of them must stop before its end, which is enabled at their next
    /// stop.
    fn interrupt_other_threads(&self, process: pid_t) {
        for (&tid, tracee) in &self.tracees {
            if tracee.process == process && tid != process {
                // Fails if the thread has ended, which is reported.
                let _ = calls::interrupt(tid);
            }
        }
    }

    fn handle_process_exit(
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
            && last.is_some_and(|last| last.highest_bytes <= SMALL_BYTES)
            && let Some(tracee) = self.tracees.get_mut(&process)
        {
            tracee.is_detaching = true;
            self.notify_end(process, status);
        }
        let signal = if libc::WIFSIGNALED(status) {
            libc::WTERMSIG(status)
        } else {
            0
        };
        let may_be_of_memory = matches!(signal, libc::SIGKILL | libc::SIGABRT);
        if may_be_of_memory && self.record.deaths.len() < MAX_DEATHS {
            self.record.deaths.push(Death::read(
                &self.proc,
                pid,
                signal,
                last.map(|last| last.highest_bytes),
                has_full_heap,
                &mut self.text,
            ));
        }
    }

    pub(super) fn handle_end(&mut self, tid: pid_t, status: c_int) {
        let unreported = self
            .processes
            .get(&tid)
            .and_then(|known| known.last_of_thread);
        if let Some(last) = unreported {
            self.notify(Event::Exiting(tid.cast_unsigned(), last));
        }
        if self.remove(tid).is_some_and(|tracee| tracee.is_leader(tid)) {
            self.notify_end(tid, status);
        }
        self.register_unclaimed();
    }

    fn notify_end(&self, process: pid_t, status: c_int) {
        self.notify(Event::Ended {
            pid: process.cast_unsigned(),
            status: end_status(status),
            last: None,
        });
    }
}
