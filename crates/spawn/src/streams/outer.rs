//! The terminal that this process was started on, raw while the command has one of its own: every
//! key goes to that one, whose line discipline gives it its meaning.
//!
//! However this process ends, the terminal is left as it was found.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};

use libc::c_int;
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{
    OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr,
};

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

/// A process has one standard input, so there is one of these.
static TAKEN: AtomicBool = AtomicBool::new(false);
static STATE: AtomicU8 = AtomicU8::new(AS_FOUND);
static FOUND: Found = Found(UnsafeCell::new(MaybeUninit::uninit()));
static AT_EXIT: Once = Once::new();

const AS_FOUND: u8 = 0;
const CHANGING: u8 = 1;
const RAW: u8 = 2;
/// The process is about to end.
const OVER: u8 = 3;

struct Found(UnsafeCell<MaybeUninit<Termios>>);

// SAFETY: it is written by the one owner of the state CHANGING, and read only by whoever has taken
// the state RAW away, which comes after.
unsafe impl Sync for Found {}

/// This process's terminal. Dropping it restores the terminal.
#[derive(Debug)]
pub(super) struct Outer {
    died_of: Vec<c_int>,
}

impl Outer {
    /// `None` when standard input is no terminal, or another run in this process has it.
    pub(super) fn take() -> Option<Self> {
        if !isatty(stdin()) || TAKEN.swap(true, SeqCst) {
            return None;
        }
        AT_EXIT.call_once(|| {
            // SAFETY: the function takes and returns nothing and is never unloaded before exit. If
            // it cannot be registered, the other ways of restoring are left.
            unsafe { libc::atexit(restore_at_exit) };
        });
        let died_of = FATAL.into_iter().filter(|&signal| die_tidily(signal));
        Some(Self {
            died_of: died_of.collect(),
        })
    }

    /// Makes the terminal raw, again if somebody has changed it, as a shell does that this process
    /// was stopped under. What it is when it was not raw is what it will be restored to.
    #[allow(clippy::unused_self, reason = "only the owner may")]
    pub(super) fn make_raw(&self) -> Result<(), Errno> {
        if STATE
            .compare_exchange(AS_FOUND, CHANGING, SeqCst, SeqCst)
            .is_ok()
        {
            let found = tcgetattr(stdin()).inspect_err(|_| STATE.store(AS_FOUND, SeqCst))?;
            // SAFETY: whoever has changed the state to CHANGING is alone here.
            unsafe { (*FOUND.0.get()).write(found) };
            let _ = STATE.compare_exchange(CHANGING, RAW, SeqCst, SeqCst);
        }
        // SAFETY: it has been written, now or before, and is written by this owner alone.
        let found = unsafe { (*FOUND.0.get()).assume_init_ref() };
        if STATE.load(SeqCst) == RAW {
            tcsetattr(stdin(), OptionalActions::Now, &raw(found))?;
        }
        if STATE.load(SeqCst) == OVER {
            // Too late: whoever has ended the process meanwhile has restored what was not raw yet.
            tcsetattr(stdin(), OptionalActions::Now, found)?;
        }
        Ok(())
    }

    /// Gives the terminal back as it was found. Safe to call again.
    #[allow(clippy::unused_self, reason = "only the owner may, but for the end")]
    pub(super) fn restore(&self) {
        if STATE
            .compare_exchange(RAW, AS_FOUND, SeqCst, SeqCst)
            .is_ok()
        {
            put_back();
        }
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        self.restore();
        for &signal in &self.died_of {
            if action(signal).sa_sigaction == die as *const () as usize {
                set_default(signal);
            }
        }
        TAKEN.store(false, SeqCst);
    }
}

/// Whether this process may read from the terminal: others are stopped for it.
pub(super) fn is_in_foreground(terminal: BorrowedFd<'_>) -> bool {
    match tcgetpgrp(terminal) {
        Ok(group) => group == getpgrp(),
        // The terminal does not control this process, so there is nothing to be in front of.
        Err(Errno::NOTTY) => true,
        Err(_) => false,
    }
}

fn raw(found: &Termios) -> Termios {
    let mut raw = found.clone();
    raw.make_raw();
    // The command's terminal has made its lines complete. What this process says does not go
    // through there.
    if !isatty(stdout()) {
        raw.output_modes = found.output_modes;
    }
    // Somebody else may have been faster to read what poll told of.
    raw.special_codes[SpecialCodeIndex::VMIN] = 0;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    raw
}

fn put_back() {
    // Another job may have the terminal by now, with modes of its own.
    if is_in_foreground(stdin()) {
        // SAFETY: the state was RAW, so it has been written.
        let found = unsafe { (*FOUND.0.get()).assume_init_ref() };
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(stdin(), OptionalActions::Now, found);
    }
}

extern "C" fn restore_at_exit() {
    if STATE.swap(OVER, SeqCst) == RAW {
        put_back();
    }
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
    restore_at_exit();
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
