//! Leaves the terminal tidy, however this process ends.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use libc::c_int;
use rustix::stdio::stdout;

use crate::modes::outer_terminal::restore_for_exit;
use crate::painter::block::ERASE_BELOW;
use crate::signals::disposition::Disposition;

/// Signals that end a process which does not handle them.
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

/// While this lives, the terminal is restored also where a signal ends the process.
#[derive(Debug)]
pub(crate) struct ExitCleanup {
    handled: Vec<c_int>,
}

impl ExitCleanup {
    pub(crate) fn begin() -> Self {
        AT_EXIT.call_once(|| {
            // SAFETY: the function takes and returns nothing and is never unloaded before exit. If
            // it cannot be registered, the signals are left.
            unsafe { libc::atexit(clean_up) };
        });
        let handled = FATAL.into_iter().filter(|&signal| handle(signal));
        Self {
            handled: handled.collect(),
        }
    }
}

impl Drop for ExitCleanup {
    fn drop(&mut self) {
        for &signal in &self.handled {
            let current = Disposition::of(signal);
            if current.is_some_and(|current| current.address() == handler()) {
                Disposition::default_action().install(signal);
            }
        }
    }
}

/// Notes whether there are lines below the cursor to erase at the end.
pub(crate) fn note_drawn(is_drawn: bool) {
    DRAWN.store(is_drawn, SeqCst);
}

extern "C" fn clean_up() {
    if DRAWN.swap(false, SeqCst) {
        // Where it cannot be written, the terminal is gone.
        let _ = rustix::io::write(stdout(), ERASE_BELOW.as_bytes());
    }
    restore_for_exit();
}

/// Has the signal restore the terminal before it ends the process. `false` where the host handles
/// or ignores it.
fn handle(signal: c_int) -> bool {
    let Some(found) = Disposition::of(signal) else {
        return false;
    };
    if found.address() != libc::SIG_DFL {
        return false;
    }
    // SAFETY: the handler takes a number and makes system calls only.
    let handled = unsafe { Disposition::handler(handler(), libc::SA_ONSTACK) };
    // With all signals blocked, the terminal can be restored from the background as well.
    handled.blocking_all().install(signal)
}

fn handler() -> usize {
    let handler: extern "C" fn(c_int) = clean_up_and_die;
    handler as usize
}

extern "C" fn clean_up_and_die(signal: c_int) {
    clean_up();
    Disposition::default_action().install(signal);
    // SAFETY: raise is async-signal-safe; the signal comes when this handler returns.
    unsafe { libc::raise(signal) };
}
