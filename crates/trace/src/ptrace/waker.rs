//! Wakes a thread that is blocked in `wait4(2)`, which only a signal interrupts.

use std::io;
use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::time::Duration;

use libc::c_int;
use rustix::thread::gettid;

/// How often to repeat [`Waker::wake`] until the thread responds: a signal that arrives just before
/// the wait does not interrupt it.
pub const WAKE_AGAIN_AFTER: Duration = Duration::from_millis(2);

/// Wakes one thread.
#[derive(Debug, Default)]
pub struct Waker {
    /// Its thread id; 0 if none is registered.
    thread: AtomicI32,
}

impl Waker {
    /// Registers the calling thread.
    ///
    /// # Errors
    /// If every real-time signal is in use.
    pub fn register(&self) -> io::Result<()> {
        let signal = signal()?;
        // SAFETY: `sigemptyset` initializes the set before its other uses.
        unsafe {
            let mut set = MaybeUninit::uninit();
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), signal);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), std::ptr::null_mut());
        }
        self.thread.store(gettid().as_raw_nonzero().get(), SeqCst);
        Ok(())
    }

    /// Makes [`Self::wake`] do nothing from now on.
    pub fn unregister(&self) {
        self.thread.store(0, SeqCst);
    }

    /// Interrupts the registered thread if it is blocked in a wait.
    pub fn wake(&self) {
        let (Ok(signal), thread) = (signal(), self.thread.load(SeqCst)) else {
            return;
        };
        if thread != 0 {
            // SAFETY: tgkill takes only numbers, and the handler of the signal does nothing.
            unsafe { libc::syscall(libc::SYS_tgkill, std::process::id(), thread, signal) };
        }
    }
}

/// A real-time signal that is unused in this process, with a handler that does nothing.
fn signal() -> io::Result<c_int> {
    static SIGNAL: OnceLock<Option<c_int>> = OnceLock::new();
    let free = SIGNAL.get_or_init(|| {
        (libc::SIGRTMIN()..=libc::SIGRTMAX())
            .rev()
            .find(|&signal| install_handler(signal))
    });
    free.ok_or_else(|| io::Error::other("every real-time signal is in use"))
}

/// Returns false if the signal already has a handler.
fn install_handler(signal: c_int) -> bool {
    extern "C" fn nothing(_signal: c_int) {}
    // SAFETY: the structures are valid during the calls, and all-zero ones are initialized. The
    // handler does nothing, which is async-signal-safe. Without SA_RESTART it interrupts a wait.
    unsafe {
        let mut former = MaybeUninit::<libc::sigaction>::zeroed();
        let result = libc::sigaction(signal, std::ptr::null(), former.as_mut_ptr());
        if result != 0 || former.assume_init().sa_sigaction != libc::SIG_DFL {
            return false;
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(c_int) = nothing;
        action.sa_sigaction = handler as usize;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut()) == 0
    }
}
