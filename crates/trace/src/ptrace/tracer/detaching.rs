//! Detaching from threads and processes, each at its next stop.

use std::thread::sleep;
use std::time::{Duration, Instant};

use libc::pid_t;
use memtop_sampler::Event;

use super::Tracer;
use crate::ptrace::calls::{self, Report};
use crate::ptrace::tracee::Tracee;

/// How long to wait for detaching processes to stop.
const DETACH_TIMEOUT: Duration = Duration::from_millis(200);
const POLL_INTERVAL: Duration = Duration::from_micros(200);

impl Tracer {
    pub(super) fn is_detaching(&self, tid: pid_t) -> bool {
        let tracee = self.tracees.get(&tid);
        tracee.is_some_and(|tracee| tracee.is_detaching)
    }

    /// Detaches from everything. Each thread is interrupted and detached when it stops, which is
    /// soon.
    pub fn detach_all(&mut self) {
        self.is_detaching_all = true;
        self.detach_where(None, |_, _| true);
        self.register_unclaimed();
    }

    /// Detaches from these threads at their next stops.
    pub(crate) fn detach_threads(&mut self, tids: &[pid_t]) {
        self.detach_where(None, |tid, _| tids.contains(&tid));
    }

    /// Detaches from a process at the next stops of its threads. `stopped` is a stopped thread,
    /// which is resumed soon and need not be interrupted.
    pub(super) fn detach_process(&mut self, process: pid_t, stopped: pid_t) {
        if self.detach_where(Some(stopped), |_, tracee| tracee.process == process) {
            self.record.released += 1;
            self.notify(Event::Released(process.cast_unsigned()));
        }
    }

    /// Detaches from all processes for a program that may trace any of them, and waits for them to
    /// stop, for a limited time. A thread that takes longer is detached later.
    pub(super) fn detach_for_tracer(&mut self, tracer: pid_t) {
        let leader = |(&tid, tracee): (&pid_t, &Tracee)| tracee.is_leader(tid).then_some(tid);
        let processes: Vec<pid_t> = self.tracees.iter().filter_map(leader).collect();
        for process in processes {
            self.detach_process(process, tracer);
        }
        let start = Instant::now();
        let is_awaited =
            |(_, tracee): (&pid_t, &Tracee)| tracee.is_detaching && tracee.process != tracer;
        while start.elapsed() < DETACH_TIMEOUT && self.tracees.iter().any(is_awaited) {
            match calls::try_next_report() {
                Ok(Some((tid, report))) => {
                    let is_end = matches!(report, Report::Ended(_));
                    if self.is_detaching(tid) && !is_end && tid != tracer {
                        self.handle(tid, report);
                    } else {
                        self.reports.push_back((tid, report));
                    }
                }
                Ok(None) => sleep(POLL_INTERVAL),
                Err(_) => return,
            }
        }
    }

    /// Detaches from the selected threads at their next stops, without interrupting `stopped`.
    /// Returns whether any was selected.
    fn detach_where(
        &mut self,
        stopped: Option<pid_t>,
        is_selected: impl Fn(pid_t, &Tracee) -> bool,
    ) -> bool {
        let mut any = false;
        for (&tid, tracee) in &mut self.tracees {
            if tracee.is_detaching || !is_selected(tid, tracee) {
                continue;
            }
            tracee.is_detaching = true;
            any = true;
            if Some(tid) != stopped {
                // Fails if the thread has ended, which is reported.
                let _ = calls::interrupt(tid);
            }
        }
        any
    }
}
