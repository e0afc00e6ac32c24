//! The scheduling priority of a tracing thread, which a traced process waits for at each stop.

use rustix::process::setpriority_process;

/// The time slice requested from the kernel, instead of the default of a few milliseconds: a thread
/// with a shorter slice is scheduled sooner.
const SLICE_NS: u64 = 100_000;
const NICENESS: i32 = -10;

/// Raises the priority of the calling thread as far as this user may, so that stops stay short on a
/// busy machine. Children forked later inherit it.
pub fn raise_priority() {
    let attributes = SchedulingAttributes {
        size: u32::try_from(size_of::<SchedulingAttributes>()).unwrap_or(0),
        runtime_ns: SLICE_NS,
        ..SchedulingAttributes::default()
    };
    // SAFETY: the kernel reads as many bytes as `size` says, all of them within the structure.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
    let _ = setpriority_process(None, NICENESS);
}

/// `struct sched_attr` of `sched_setattr(2)`, in its first version.
#[repr(C)]
#[derive(Default)]
struct SchedulingAttributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime_ns: u64,
    deadline_ns: u64,
    period_ns: u64,
}
