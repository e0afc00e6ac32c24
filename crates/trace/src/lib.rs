//! Learns from the kernel which processes start, run another program and end.
//!
//! Two ways are offered, and both report the same events to the sampler: the event sockets of the
//! kernel, which touch nothing, and `ptrace(2)`, which stops each process at each event. Where
//! neither is possible, the sampler scans the process table.

use libc::c_int;
use memtop_sampler::EndStatus;

mod death;
mod kernel;
pub mod ptrace;

pub use death::Death;
pub use kernel::{KernelEvents, KernelEventsHold, probe_kernel_events};
pub use ptrace::{FULL_HEAP_MESSAGE, TraceRecord, Tracer, TreeTracer, WAKE_AGAIN_AFTER, Waker};

/// By what the processes of a run are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceUse {
    /// By events of the kernel. Where there are none, by `ptrace(2)`, if that cannot affect the
    /// privileges of the command; otherwise by scans.
    #[default]
    Auto,
    /// By events of the kernel; if there are none, the command does not start.
    Kernel,
    /// By `ptrace(2)`; if that is impossible, the command does not start.
    Ptrace,
    /// By scans.
    Off,
}

/// How a process ended, by its wait status.
pub(crate) fn end_status(status: c_int) -> EndStatus {
    if libc::WIFSIGNALED(status) {
        EndStatus::Signal(libc::WTERMSIG(status))
    } else {
        EndStatus::Code(libc::WEXITSTATUS(status))
    }
}
