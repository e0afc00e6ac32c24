//! The host's own signal handlers. A process has one set of them, so this is one test.

use std::mem;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use memtop_terminal::Forwarding;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

static CALLS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: libc::c_int) {
    CALLS.fetch_add(1, SeqCst);
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

/// Sends a signal to this thread as the kernel does for a terminal.
fn raise_by_kernel(signal: libc::c_int) {
    // SAFETY: a zeroed siginfo is a valid one; the kernel takes any code from a thread for itself.
    let sent = unsafe {
        let mut info: libc::siginfo_t = mem::zeroed();
        info.si_signo = signal;
        info.si_code = 0x80;
        let (process, thread) = (libc::getpid(), libc::gettid());
        libc::syscall(
            libc::SYS_rt_tgsigqueueinfo,
            process,
            thread,
            signal,
            &raw const info,
        )
    };
    assert_eq!(sent, 0);
}

#[test]
fn a_host_gets_signals_of_its_terminal_and_keeps_its_handlers() {
    set(libc::SIGWINCH, count);
    set(libc::SIGUSR1, count);
    set(libc::SIGTERM, count);
    let forwarding = Forwarding::begin().unwrap();
    assert!(Forwarding::begin().is_none());
    raise(libc::SIGWINCH);
    raise(libc::SIGCONT);
    assert_eq!(CALLS.load(SeqCst), 1);
    raise(libc::SIGUSR1);
    raise(libc::SIGTERM);
    assert_eq!(CALLS.load(SeqCst), 1);
    assert_eq!(forwarding.interrupts(), 1);
    // The kernel signals the processes that exist: a command that is forked already has had it.
    for is_forked in [false, true] {
        if is_forked {
            Forwarding::note_fork();
        }
        raise_by_kernel(libc::SIGHUP);
        let mut command = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = Pid::from_raw(command.id().cast_signed()).unwrap();
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).unwrap();
        assert!(forwarding.register(command.id(), Some(Arc::new(pidfd))));
        if is_forked {
            assert_eq!(command.try_wait().unwrap(), None);
            command.kill().unwrap();
        }
        let signal = command.wait().unwrap().signal();
        assert_eq!(
            signal,
            Some(if is_forked {
                libc::SIGKILL
            } else {
                libc::SIGHUP
            })
        );
        forwarding.unregister(command.id());
    }
    set(libc::SIGTERM, count_no_more);
    drop(forwarding);
    assert_eq!(current(libc::SIGUSR1), count as *const () as usize);
    assert_eq!(current(libc::SIGTERM), count_no_more as *const () as usize);
    assert_eq!(current(libc::SIGTSTP), libc::SIG_DFL);
}
