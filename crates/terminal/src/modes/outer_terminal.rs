//! The terminal that this process was started on, raw while the command has one of its own: every
//! key goes to that one, whose line discipline interprets it.
//!
//! However this process ends, the terminal is left as it was found.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};

use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{
    OptionalActions, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr,
};

use memtop_proc::native::own_process_group;

/// A process has one standard input, so there is one of these.
static TAKEN: AtomicBool = AtomicBool::new(false);
static STATE: AtomicU8 = AtomicU8::new(AS_FOUND);
static ORIGINAL_MODES: OriginalModes = OriginalModes(UnsafeCell::new(MaybeUninit::uninit()));

const AS_FOUND: u8 = 0;
const CHANGING: u8 = 1;
const RAW: u8 = 2;
/// The process is about to end.
const EXITING: u8 = 3;

struct OriginalModes(UnsafeCell<MaybeUninit<Termios>>);

// SAFETY: it is written only by the thread that has set the state CHANGING, and read only by the
// one that has replaced the state RAW, which comes after.
unsafe impl Sync for OriginalModes {}

/// This process's terminal. Dropping it restores the terminal.
#[derive(Debug)]
pub(crate) struct OuterTerminal(());

impl OuterTerminal {
    /// `None` when standard input is no terminal, or another run in this process has it.
    pub(crate) fn take() -> Option<Self> {
        if !isatty(stdin()) || TAKEN.swap(true, SeqCst) {
            return None;
        }
        Some(Self(()))
    }

    /// Makes the terminal raw, also again where a shell has changed it while this process was
    /// stopped. The modes that it has when it is not raw are those that it will be restored to.
    #[allow(clippy::unused_self, reason = "only the owner may")]
    pub(crate) fn make_raw(&self) -> Result<(), Errno> {
        if STATE
            .compare_exchange(AS_FOUND, CHANGING, SeqCst, SeqCst)
            .is_ok()
        {
            let found = tcgetattr(stdin()).inspect_err(|_| STATE.store(AS_FOUND, SeqCst))?;
            // SAFETY: the thread that has set the state CHANGING is the only one here.
            unsafe { (*ORIGINAL_MODES.0.get()).write(found) };
            let _ = STATE.compare_exchange(CHANGING, RAW, SeqCst, SeqCst);
        }
        // SAFETY: it has been written, here or before, and only this owner writes it.
        let found = unsafe { (*ORIGINAL_MODES.0.get()).assume_init_ref() };
        if STATE.load(SeqCst) == RAW {
            tcsetattr(stdin(), OptionalActions::Now, &raw(found))?;
        }
        if STATE.load(SeqCst) == EXITING {
            // The exit has restored the modes before they were raw.
            tcsetattr(stdin(), OptionalActions::Now, found)?;
        }
        Ok(())
    }

    /// Changes the modes that it will be restored to, where it is raw.
    #[allow(clippy::unused_self, reason = "only the owner may")]
    pub(crate) fn restore_to(&self, modes: Termios) {
        if STATE
            .compare_exchange(RAW, CHANGING, SeqCst, SeqCst)
            .is_err()
        {
            return;
        }
        // SAFETY: the thread that has set the state CHANGING is the only one here.
        unsafe { (*ORIGINAL_MODES.0.get()).write(modes) };
        if STATE
            .compare_exchange(CHANGING, RAW, SeqCst, SeqCst)
            .is_err()
        {
            // The process exits, and the exit found nothing to restore.
            put_back();
        }
    }

    /// Restores the terminal as it was found. Safe to call again.
    #[allow(clippy::unused_self, reason = "only the owner may, but for the exit")]
    pub(crate) fn restore(&self) {
        if STATE
            .compare_exchange(RAW, AS_FOUND, SeqCst, SeqCst)
            .is_ok()
        {
            put_back();
        }
    }
}

impl Drop for OuterTerminal {
    fn drop(&mut self) {
        self.restore();
        TAKEN.store(false, SeqCst);
    }
}

/// Whether this process may read from the terminal: background processes are stopped for it.
pub(crate) fn is_in_foreground(terminal: BorrowedFd<'_>) -> bool {
    match tcgetpgrp(terminal) {
        Ok(group) => Some(group) == own_process_group(),
        // Not the controlling terminal: it has no foreground that this process could lack.
        Err(Errno::NOTTY) => true,
        Err(_) => false,
    }
}

fn raw(found: &Termios) -> Termios {
    let mut raw = found.clone();
    raw.make_raw();
    // The command's terminal has processed its output already. What this process writes does not
    // go through there.
    if !isatty(stdout()) {
        raw.output_modes = found.output_modes;
    }
    // Reads must not block where another process has read the input that poll announced.
    raw.special_codes[SpecialCodeIndex::VMIN] = 0;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    raw
}

fn put_back() {
    // In the background the terminal belongs to another job, with modes of its own.
    if is_in_foreground(stdin()) {
        // SAFETY: the state was RAW, so it has been written.
        let found = unsafe { (*ORIGINAL_MODES.0.get()).assume_init_ref() };
        // It fails where the terminal is gone.
        let _ = tcsetattr(stdin(), OptionalActions::Now, found);
    }
}

/// For the exit of the process: the terminal is not made raw again.
pub(crate) fn restore_for_exit() {
    if STATE.swap(EXITING, SeqCst) == RAW {
        put_back();
    }
}
