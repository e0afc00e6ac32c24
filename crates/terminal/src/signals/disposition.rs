//! What a signal does to this process: the only place that calls `sigaction`.

use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;

use libc::c_int;

#[derive(Clone, Copy)]
pub(crate) struct Disposition(libc::sigaction);

impl Disposition {
    /// The current one; `None` for a number that is no signal.
    pub(crate) fn of(signal: c_int) -> Option<Self> {
        let mut current = MaybeUninit::zeroed();
        // SAFETY: the structure is valid for the call, and a zeroed one is a valid value.
        unsafe {
            let found = libc::sigaction(signal, ptr::null(), current.as_mut_ptr());
            (found == 0).then(|| Self(current.assume_init()))
        }
    }

    pub(crate) fn default_action() -> Self {
        // SAFETY: a zeroed structure is a valid one: SIG_DFL with an empty mask and no flags.
        Self(unsafe { std::mem::zeroed() })
    }

    pub(crate) fn ignore() -> Self {
        let mut ignore = Self::default_action();
        ignore.0.sa_sigaction = libc::SIG_IGN;
        ignore
    }

    /// # Safety
    /// `address` must be that of a function that does only what `signal-safety(7)` allows,
    /// and that has the signature which the flags ask for.
    pub(crate) unsafe fn handler(address: usize, flags: c_int) -> Self {
        let mut handled = Self::default_action();
        handled.0.sa_sigaction = address;
        handled.0.sa_flags = flags;
        handled
    }

    /// Blocks all signals while the handler runs.
    pub(crate) fn blocking_all(mut self) -> Self {
        // SAFETY: the set is valid for the call.
        unsafe { libc::sigfillset(&raw mut self.0.sa_mask) };
        self
    }

    /// `SIG_DFL`, `SIG_IGN` or the address of a handler.
    pub(crate) fn address(&self) -> usize {
        self.0.sa_sigaction
    }

    /// Whether it could be set.
    pub(crate) fn install(&self, signal: c_int) -> bool {
        // SAFETY: the structure is valid for the call. A handler in it keeps the contract of
        // `Self::handler`, or was installed before.
        unsafe { libc::sigaction(signal, &raw const self.0, ptr::null_mut()) == 0 }
    }
}

impl fmt::Debug for Disposition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address();
        formatter
            .debug_tuple("Disposition")
            .field(&address)
            .finish()
    }
}

/// Whether the parent process does not want this one to be suspended.
pub(crate) fn ignores_suspension() -> bool {
    Disposition::of(libc::SIGTSTP).is_some_and(|current| current.address() == libc::SIG_IGN)
}
