//! The scheduling priority of memtop's own threads.

use rustix::process::{getpriority_process, setpriority_process};

/// The time slice requested from the kernel, instead of the default of a few milliseconds: a thread
/// with a shorter slice is scheduled sooner.
const SLICE_NS: u64 = 100_000;
const NICENESS: i32 = -10;
/// The lowest real-time priority: above all threads without one.
const REAL_TIME: u32 = 1;

/// Raises the priority of the calling thread as far as this user may, so that others that wait for it
/// wait for a short time on a busy machine. Children forked later inherit it.
pub fn raise_priority() {
    request_short_slice();
    let _ = setpriority_process(None, NICENESS);
}

/// Lets the calling thread run before all others, or as soon as this user may. It must not be one
/// that runs for long. Children forked later do not inherit it.
pub fn run_first() {
    let attributes = SchedulingAttributes {
        policy: libc::SCHED_RR.cast_unsigned(),
        flags: libc::SCHED_FLAG_RESET_ON_FORK.cast_unsigned().into(),
        priority: REAL_TIME,
        ..SchedulingAttributes::default()
    };
    if !attributes.set() {
        raise_priority();
    }
}

fn request_short_slice() {
    let attributes = SchedulingAttributes {
        // Otherwise this would be set to 0.
        nice: getpriority_process(None).unwrap_or(0),
        runtime_ns: SLICE_NS,
        ..SchedulingAttributes::default()
    };
    attributes.set();
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

impl SchedulingAttributes {
    /// For the calling thread. Returns whether the kernel accepts it.
    fn set(self) -> bool {
        let attributes = Self {
            size: u32::try_from(size_of::<Self>()).unwrap_or(0),
            ..self
        };
        // SAFETY: the kernel reads as many bytes as `size` says, all of them within the structure.
        let result = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
        result == 0
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use rustix::process::{getpriority_process, setpriority_process};

    use super::{raise_priority, run_first};

    #[test]
    fn a_short_slice_leaves_the_niceness_that_a_user_may_not_raise() {
        let niceness = thread::spawn(|| {
            setpriority_process(None, 7).unwrap();
            super::request_short_slice();
            getpriority_process(None).unwrap()
        });
        assert_eq!(niceness.join().unwrap(), 7);
    }

    #[test]
    fn a_priority_that_may_not_be_raised_is_no_failure() {
        thread::spawn(raise_priority).join().unwrap();
        thread::spawn(run_first).join().unwrap();
    }
}
