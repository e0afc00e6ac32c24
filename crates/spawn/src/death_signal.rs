//! What this process gets when its parent dies.

/// The signal, if any. It belongs to the thread that asks: for a program's own, its first.
#[must_use]
pub fn own_death_signal() -> Option<i32> {
    let mut signal = 0;
    // SAFETY: the kernel writes one number to where it is pointed.
    let answer = unsafe { libc::prctl(libc::PR_GET_PDEATHSIG, &raw mut signal) };
    (answer == 0 && signal != 0).then_some(signal)
}
