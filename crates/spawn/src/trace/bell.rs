//! Wakes a thread that waits for processes: only a signal interrupts such a wait.

use std::io;
use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::time::Duration;

use libc::c_int;

/// A signal that comes just before the wait is lost, so it is to be rung again until it was heard.
pub(super) const RING_EVERY: Duration = Duration::from_millis(2);

#[derive(Debug, Default)]
pub(super) struct Bell {
    /// The thread that listens; 0 before it does.
    listener: AtomicI32,
}

impl Bell {
    /// Makes the calling thread the one that is woken.
    pub(super) fn listen(&self) -> io::Result<()> {
        let signal = signal()?;
        // SAFETY: the set is filled before it is used; gettid takes nothing.
        unsafe {
            let mut set = MaybeUninit::uninit();
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), signal);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), std::ptr::null_mut());
            self.listener.store(libc::gettid(), SeqCst);
        }
        Ok(())
    }

    /// Nobody listens any more.
    pub(super) fn leave(&self) {
        self.listener.store(0, SeqCst);
    }

    /// Rings once.
    pub(super) fn ring(&self) {
        let (Ok(signal), listener) = (signal(), self.listener.load(SeqCst)) else {
            return;
        };
        if listener != 0 {
            // SAFETY: a signal to a thread of this process, whose handler does nothing.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), listener, signal) };
        }
    }
}

/// A real-time signal that nobody in this process uses, with a handler that does nothing.
fn signal() -> io::Result<c_int> {
    static SIGNAL: OnceLock<Option<c_int>> = OnceLock::new();
    let free = SIGNAL.get_or_init(|| {
        (libc::SIGRTMIN()..=libc::SIGRTMAX())
            .rev()
            .find(|&signal| take(signal))
    });
    free.ok_or_else(|| io::Error::other("every real-time signal is in use"))
}

fn take(signal: c_int) -> bool {
    extern "C" fn nothing(_signal: c_int) {}
    // SAFETY: both structures are valid for the calls; the handler does nothing. Without
    // SA_RESTART a wait is interrupted.
    unsafe {
        let mut former = MaybeUninit::<libc::sigaction>::zeroed();
        let asked = libc::sigaction(signal, std::ptr::null(), former.as_mut_ptr());
        if asked != 0 || former.assume_init().sa_sigaction != libc::SIG_DFL {
            return false;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(c_int) = nothing;
        action.sa_sigaction = handler as usize;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut()) == 0
    }
}
