//! Leaves the terminal tidy, however this process ends.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use libc::c_int;
use rustix::stdio::stdout;

use crate::modes::outer::restore_for_good;
use crate::painter::block::ERASE_BELOW;

/// Signals that end a process unless it does something about them.
const FATAL: [c_int; 20] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGUSR1,
    libc::SIGSEGV,
    libc::SIGUSR2,
    libc::SIGPIPE,
    libc::SIGALRM,
    libc::SIGTERM,
    libc::SIGXCPU,
    libc::SIGXFSZ,
    libc::SIGVTALRM,
    libc::SIGPROF,
    libc::SIGIO,
    libc::SIGSYS,
];

static AT_EXIT: Once = Once::new();
/// Whether there are lines below the cursor.
static DRAWN: AtomicBool = AtomicBool::new(false);

/// While this lives, the terminal is seen to also where a signal ends the process.
#[derive(Debug)]
pub(crate) struct AtEnd {
    died_of: Vec<c_int>,
}

impl AtEnd {
    pub(crate) fn begin() -> Self {
        AT_EXIT.call_once(|| {
            // SAFETY: the function takes and returns nothing and is never unloaded before exit. If
            // it cannot be registered, the signals are left.
            unsafe { libc::atexit(tidy) };
        });
        let died_of = FATAL.into_iter().filter(|&signal| die_tidily(signal));
        Self {
            died_of: died_of.collect(),
        }
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        for &signal in &self.died_of {
            if action(signal).sa_sigaction == die as *const () as usize {
                set_default(signal);
            }
        }
    }
}

/// Notes whether there are lines below the cursor that are to be taken away at the end.
pub(crate) fn note_drawn(is_drawn: bool) {
    DRAWN.store(is_drawn, SeqCst);
}

extern "C" fn tidy() {
    if DRAWN.swap(false, SeqCst) {
        // What cannot be written cannot be helped.
        let _ = rustix::io::write(stdout(), ERASE_BELOW.as_bytes());
    }
    restore_for_good();
}

/// Has the signal restore the terminal before it ends the process, unless somebody else cares for
/// that signal.
fn die_tidily(signal: c_int) -> bool {
    if action(signal).sa_sigaction != libc::SIG_DFL {
        return false;
    }
    // SAFETY: the structure is valid for the calls, and the handler makes system calls only. With
    // all signals blocked, the terminal can be restored from the background as well.
    unsafe {
        let mut tidy: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(c_int) = die;
        tidy.sa_sigaction = handler as usize;
        tidy.sa_flags = libc::SA_ONSTACK;
        libc::sigfillset(&raw mut tidy.sa_mask);
        libc::sigaction(signal, &raw const tidy, ptr::null_mut()) == 0
    }
}

extern "C" fn die(signal: c_int) {
    tidy();
    set_default(signal);
    // SAFETY: raise is async-signal-safe; the signal comes when this handler returns.
    unsafe { libc::raise(signal) };
}

fn action(signal: c_int) -> libc::sigaction {
    let mut now = MaybeUninit::zeroed();
    // SAFETY: the structure is valid for the call, and a zeroed one is a valid value.
    unsafe {
        libc::sigaction(signal, ptr::null(), now.as_mut_ptr());
        now.assume_init()
    }
}

fn set_default(signal: c_int) {
    // SAFETY: a zeroed sigaction is SIG_DFL with an empty mask, and outlives the call.
    unsafe {
        let action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, &raw const action, ptr::null_mut());
    }
}
