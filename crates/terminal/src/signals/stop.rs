//! Stopping this process as `^Z` stops a job of a shell.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// What the signal does is set for the whole process.
static AT_IT: AtomicBool = AtomicBool::new(false);

/// Whether a thread is in [`stop_this_job`]: a `SIGCONT` that comes now is what ends that.
pub(crate) fn is_stopped() -> bool {
    AT_IT.load(SeqCst)
}

/// Stops this process, or with it everybody else in its group, and returns when it is continued.
/// Where nobody could continue it, in an orphaned group, it returns at once.
///
/// Nothing but async-signal-safe calls, for handlers.
pub(crate) fn stop_this_job(whole_group: bool) {
    if AT_IT.swap(true, SeqCst) {
        return;
    }
    // SAFETY: all structures are valid for the calls; zeroed actions and sets are valid values.
    unsafe {
        let mut ignore: libc::sigaction = std::mem::zeroed();
        ignore.sa_sigaction = libc::SIG_IGN;
        let default: libc::sigaction = std::mem::zeroed();
        let mut former = MaybeUninit::<libc::sigaction>::zeroed();
        let mut mask: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut mask);
        libc::sigaddset(&raw mut mask, libc::SIGTSTP);

        // The others first, and not this process: which of its threads then stopped when would be
        // left to chance, and a second signal could stop it again after it was continued.
        libc::sigaction(libc::SIGTSTP, &raw const ignore, former.as_mut_ptr());
        if whole_group {
            libc::kill(0, libc::SIGTSTP);
        }
        libc::sigaction(libc::SIGTSTP, &raw const default, ptr::null_mut());
        let mut former_mask: libc::sigset_t = std::mem::zeroed();
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const mask, &raw mut former_mask);
        libc::raise(libc::SIGTSTP);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const former_mask, ptr::null_mut());
        libc::sigaction(libc::SIGTSTP, former.as_ptr(), ptr::null_mut());
    }
    AT_IT.store(false, SeqCst);
}
