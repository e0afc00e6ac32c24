//! The signal handler: forwards each signal, and calls the host's handler for `SIGWINCH` and
//! `SIGCONT`.
//!
//! Nothing here does more than `signal-safety(7)` allows.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use libc::{c_int, c_void, siginfo_t};

use super::disposition::{Disposition, ignores_suspension};
use super::job::{self, JobEvent};
use super::{attached_terminal, commands, early, interrupts, window_size};

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// How many handlers run. While there are none, no descriptor is used by any.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// What the host does on `SIGWINCH` and on `SIGCONT`, by [`host_index`].
static HOST_HANDLERS: [AtomicUsize; 2] = [const { AtomicUsize::new(libc::SIG_DFL) }; 2];

/// Where a signal comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The terminal, mostly.
    Kernel,
    Process(i32),
}

impl Sender {
    fn of(info: &siginfo_t) -> Self {
        if info.si_code > 0 {
            return Self::Kernel;
        }
        // SAFETY: the field is set for every signal that a process has sent.
        Self::Process(unsafe { info.si_pid() })
    }

    /// A command that signals its own group has had the signal already.
    fn is_command(self) -> bool {
        matches!(self, Self::Process(pid) if commands::contains(pid))
    }
}

/// Returns what the signal did before; `None` where it is left to do that.
pub(super) fn take_over(signal: c_int) -> Option<Disposition> {
    let found = Disposition::of(signal)?;
    if signal == libc::SIGTSTP && ignores_suspension() {
        return None;
    }
    if let Some(index) = host_index(signal) {
        HOST_HANDLERS[index].store(found.address(), SeqCst);
    }
    // SAFETY: the handler takes what SA_SIGINFO passes and does only what signal-safety(7) allows.
    let handler = unsafe { Disposition::handler(address(), libc::SA_SIGINFO | libc::SA_RESTART) };
    handler.install(signal).then_some(found)
}

/// Whether the signal still runs the handler.
pub(super) fn is_installed(signal: c_int) -> bool {
    Disposition::of(signal).is_some_and(|current| current.address() == address())
}

/// Returns once every handler that runs has returned.
pub(super) fn wait_for_handlers() {
    while RUNNING.load(SeqCst) != 0 {
        thread::yield_now();
    }
}

fn address() -> usize {
    let handler: Handler = on_signal;
    handler as usize
}

extern "C" fn on_signal(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: errno belongs to this thread.
    let errno = unsafe { *libc::__errno_location() };
    // SAFETY: with SA_SIGINFO the kernel passes a valid structure.
    let sender = Sender::of(unsafe { &*info });
    RUNNING.fetch_add(1, SeqCst);
    forward(signal, sender);
    RUNNING.fetch_sub(1, SeqCst);
    run_host_handler(signal, info, context);
    // SAFETY: as above. The code that was interrupted finds its own value.
    unsafe { *libc::__errno_location() = errno };
}

fn forward(signal: c_int, sender: Sender) {
    let asks_to_end = matches!(signal, libc::SIGINT | libc::SIGQUIT | libc::SIGTERM);
    if asks_to_end && !sender.is_command() {
        interrupts::add(1);
    }
    match signal {
        libc::SIGTSTP => suspend(sender),
        libc::SIGCONT => resume(sender),
        libc::SIGWINCH => {
            window_size::follow_now();
            attached_terminal::wake();
            pass_on(signal, sender);
        }
        _ => pass_on(signal, sender),
    }
}

/// This process stops once the command has: until then the command may need it.
fn suspend(sender: Sender) {
    if attached_terminal::request(JobEvent::RequestSuspend)
        || sender == Sender::Kernel
        || sender.is_command()
    {
        return;
    }
    if commands::is_empty() {
        early::keep(libc::SIGTSTP, sender);
    } else {
        commands::send_to_all(libc::SIGTSTP);
    }
}

fn resume(sender: Sender) {
    if attached_terminal::request(JobEvent::RequestResume) {
        return;
    }
    let _ = early::take(libc::SIGTSTP);
    let is_from_another = sender != Sender::Kernel && !sender.is_command();
    // A shell that continues its job continues the command as well.
    if is_from_another && !job::state().is_stopped() {
        commands::send_to_all(libc::SIGCONT);
    }
}

fn pass_on(signal: c_int, sender: Sender) {
    let is_from_kernel = sender == Sender::Kernel;
    let is_on_own_terminal = attached_terminal::is_attached();
    if commands::is_empty() {
        let reached_group = is_from_kernel && !is_on_own_terminal;
        if !(reached_group && early::has_unregistered_command()) {
            early::keep(signal, sender);
        }
    } else if is_from_kernel {
        // The signal went to this process's group, which is not that of a command on its own
        // terminal. The size of such a terminal is followed elsewhere.
        let has_missed_it = is_on_own_terminal && signal != libc::SIGWINCH;
        if has_missed_it && !attached_terminal::press(signal) {
            commands::send_to_all(signal);
        }
    } else if !sender.is_command() {
        commands::send_to_all(signal);
    }
}

/// As if the signal had not been taken over: the host may draw on the terminal, too.
fn run_host_handler(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some(index) = host_index(signal) else {
        return;
    };
    let address = HOST_HANDLERS[index].load(SeqCst);
    if address != libc::SIG_DFL && address != libc::SIG_IGN {
        // SAFETY: the host gave the kernel this function to be called with these. One that takes
        // the number alone does not look at the others.
        let handler: Handler = unsafe { std::mem::transmute(address) };
        handler(signal, info, context);
    }
}

fn host_index(signal: c_int) -> Option<usize> {
    match signal {
        libc::SIGWINCH => Some(0),
        libc::SIGCONT => Some(1),
        _ => None,
    }
}
