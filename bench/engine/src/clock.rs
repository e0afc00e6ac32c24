//! The CPU time of this thread, which hardly shows what others do on the machine, and its priority.

use std::mem::MaybeUninit;
use std::time::Duration;

pub fn thread_cpu() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the structure is valid for the call and any value of it is a valid one.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr());
        time.assume_init()
    };
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// The calling thread is not to wait for what it watches.
pub fn run_before_all_others() {
    // SAFETY: a zeroed structure is a valid one, and the call only reads it. Where it is refused, gaps
    // are longer, and reported.
    unsafe {
        let mut lowest: libc::sched_param = std::mem::zeroed();
        lowest.sched_priority = 1;
        libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const lowest);
    }
}

/// The CPU time that `act` takes in this thread.
pub fn cpu_of<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let before = thread_cpu();
    let outcome = act();
    (thread_cpu().saturating_sub(before), outcome)
}

/// Robust against the rounds that something else on the machine disturbed.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
