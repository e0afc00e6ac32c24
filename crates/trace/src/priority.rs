//! Has the kernel run a thread as soon as it is woken: a traced process waits for its tracer at each
//! stop.

/// What the kernel is asked for in place of its usual few milliseconds: a thread that wants the CPU
/// for a shorter time at once gets it the sooner.
const SLICE_NS: u64 = 100_000;
const NICENESS: libc::c_int = -10;

/// Raises the priority of the calling thread as far as this user may. Without it every stop takes
/// longer on a busy machine. A child that is forked after this inherits it.
pub fn raise_priority() {
    let attributes = SchedulingAttributes {
        size: u32::try_from(size_of::<SchedulingAttributes>()).unwrap_or(0),
        runtime_ns: SLICE_NS,
        ..SchedulingAttributes::default()
    };
    // SAFETY: the structure is as long as it says, and both calls concern the calling thread alone.
    unsafe {
        libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0);
        libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
    }
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
