//! Threads that carry bytes. Signals are left to the host's threads.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::thread::{Builder, JoinHandle};

/// Starts a thread that no signal interrupts, but for those in `except`.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    except: &'static [libc::c_int],
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).spawn(move || {
        block_signals(except);
        work()
    })
}

fn block_signals(except: &[libc::c_int]) {
    // SAFETY: sigfillset initialises the set, which outlives the calls.
    unsafe {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigfillset(set.as_mut_ptr());
        for &signal in except {
            libc::sigdelset(set.as_mut_ptr(), signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, set.as_ptr(), ptr::null_mut());
    }
}
