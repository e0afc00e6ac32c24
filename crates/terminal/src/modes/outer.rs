//! The terminal that this process was started on, raw while the command has one of its own: every
//! key goes to that one, whose line discipline gives it its meaning.
//!
//! However this process ends, the terminal is left as it was found.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};

use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{
    OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr,
};

/// A process has one standard input, so there is one of these.
static TAKEN: AtomicBool = AtomicBool::new(false);
static STATE: AtomicU8 = AtomicU8::new(AS_FOUND);
static FOUND: Found = Found(UnsafeCell::new(MaybeUninit::uninit()));

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
pub(crate) struct Outer(());

impl Outer {
    /// `None` when standard input is no terminal, or another run in this process has it.
    pub(crate) fn take() -> Option<Self> {
        if !isatty(stdin()) || TAKEN.swap(true, SeqCst) {
            return None;
        }
        Some(Self(()))
    }

    /// Makes the terminal raw, again if somebody has changed it, as a shell does that this process
    /// was stopped under. What it is when it was not raw is what it will be restored to.
    #[allow(clippy::unused_self, reason = "only the owner may")]
    pub(crate) fn make_raw(&self) -> Result<(), Errno> {
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

    /// What it will be restored to instead. It stays raw if it is.
    #[allow(clippy::unused_self, reason = "only the owner may")]
    pub(crate) fn restore_to(&self, modes: Termios) {
        if STATE
            .compare_exchange(RAW, CHANGING, SeqCst, SeqCst)
            .is_err()
        {
            return;
        }
        // SAFETY: whoever has changed the state to CHANGING is alone here.
        unsafe { (*FOUND.0.get()).write(modes) };
        if STATE
            .compare_exchange(CHANGING, RAW, SeqCst, SeqCst)
            .is_err()
        {
            // Whoever ends the process could not know.
            put_back();
        }
    }

    /// Gives the terminal back as it was found. Safe to call again.
    #[allow(clippy::unused_self, reason = "only the owner may, but for the end")]
    pub(crate) fn restore(&self) {
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
        TAKEN.store(false, SeqCst);
    }
}

/// Whether this process may read from the terminal: others are stopped for it.
pub(crate) fn is_in_foreground(terminal: BorrowedFd<'_>) -> bool {
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

/// For the end of the process, which nothing may follow.
pub(crate) fn restore_for_good() {
    if STATE.swap(OVER, SeqCst) == RAW {
        put_back();
    }
}
