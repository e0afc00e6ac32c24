//! Stops this process as `^Z` stops a job of a shell.

use std::mem::MaybeUninit;
use std::ptr;

use rustix::process::{Signal, kill_current_process_group};

use super::disposition::Disposition;
use super::job::{self, JobEvent};

/// Stops this process, or its whole group, and returns when it is continued. In an orphaned group,
/// which no shell could continue, it returns at once.
pub(crate) fn stop_this_job(whole_group: bool) {
    if job::apply(JobEvent::StopProcess).is_none() {
        return;
    }
    let found = Disposition::of(libc::SIGTSTP);
    // The others first, and not this process: which of its threads stopped when would be left to
    // chance, and a second signal could stop it again after it was continued.
    Disposition::ignore().install(libc::SIGTSTP);
    if whole_group {
        let _ = kill_current_process_group(Signal::TSTP);
    }
    Disposition::default_action().install(libc::SIGTSTP);
    raise_unblocked(libc::SIGTSTP);
    if let Some(found) = found {
        found.install(libc::SIGTSTP);
    }
    job::apply(JobEvent::ContinueProcess);
}

/// Raises the signal in this thread also where the thread blocks it.
fn raise_unblocked(signal: libc::c_int) {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    let mut found = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the set, the first call of pthread_sigmask the one that was
    // found; both outlive the calls.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), found.as_mut_ptr());
        libc::raise(signal);
        libc::pthread_sigmask(libc::SIG_SETMASK, found.as_ptr(), ptr::null_mut());
    }
}
