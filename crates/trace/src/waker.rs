//! Wakes a thread that waits for processes: only a signal interrupts such a wait.

use std::io;
use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::time::Duration;

use libc::c_int;

/// A signal that comes just before the wait is lost, so it is to be sent again until it has arrived.
pub const WAKE_AGAIN_AFTER: Duration = Duration::from_millis(2);

/// A thread to be woken.
#[derive(Debug, Default)]
pub struct Waker {
    /// 0 while there is none.
    thread: AtomicI32,
}

impl Waker {
    /// Makes the calling thread the one that is woken.
    ///
    /// # Errors
    /// When every real-time signal is in use.
    pub fn register(&self) -> io::Result<()> {
        let signal = signal()?;
        // SAFETY: the set is filled before it is used; gettid takes nothing.
        unsafe {
            let mut set = MaybeUninit::uninit();
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), signal);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), std::ptr::null_mut());
            self.thread.store(libc::gettid(), SeqCst);
        }
        Ok(())
    }

    /// Wakes nobody from now on.
    pub fn unregister(&self) {
        self.thread.store(0, SeqCst);
    }

    /// Wakes the thread if it is in a wait.
    pub fn wake(&self) {
        let (Ok(signal), thread) = (signal(), self.thread.load(SeqCst)) else {
            return;
        };
        if thread != 0 {
            // SAFETY: a signal to a thread of this process, whose handler does nothing.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, signal) };
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
