//! What a host has set for signals. There is one such setting in a process, so this is one test.

use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use memtop_terminal::Forwarding;

static TOLD: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: libc::c_int) {
    TOLD.fetch_add(1, SeqCst);
}

extern "C" fn count_no_more(_: libc::c_int) {}

fn set(signal: libc::c_int, handler: extern "C" fn(libc::c_int)) {
    // SAFETY: a zeroed sigaction is a valid one, and the handlers do nothing but count.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler as usize;
        libc::sigaction(signal, &raw const action, ptr::null_mut());
    }
}

fn current(signal: libc::c_int) -> usize {
    // SAFETY: a zeroed sigaction is a valid one to be overwritten.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut action);
        action.sa_sigaction
    }
}

fn raise(signal: libc::c_int) {
    // SAFETY: each of these signals has a handler.
    unsafe { libc::raise(signal) };
}

#[test]
fn a_host_is_told_of_its_terminal_and_keeps_what_it_sets() {
    set(libc::SIGWINCH, count);
    set(libc::SIGUSR1, count);
    set(libc::SIGTERM, count);
    let forwarding = Forwarding::begin().unwrap();
    assert!(Forwarding::begin().is_none());
    raise(libc::SIGWINCH);
    raise(libc::SIGCONT);
    assert_eq!(TOLD.load(SeqCst), 1);
    raise(libc::SIGUSR1);
    raise(libc::SIGTERM);
    assert_eq!(TOLD.load(SeqCst), 1);
    assert_eq!(forwarding.interrupts(), 1);
    set(libc::SIGTERM, count_no_more);
    drop(forwarding);
    assert_eq!(current(libc::SIGUSR1), count as *const () as usize);
    assert_eq!(current(libc::SIGTERM), count_no_more as *const () as usize);
    assert_eq!(current(libc::SIGTSTP), libc::SIG_DFL);
}
