//! The CPU time of this thread: what others do on the machine hardly shows in it.

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
