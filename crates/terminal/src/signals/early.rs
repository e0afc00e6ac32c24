//! Signals that come before there is a command to forward them to.

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::SeqCst};

use libc::c_int;

use super::handler::Sender;

const SIGNALS: usize = 65;
const NONE: i32 = -2;
const KERNEL: i32 = -1;
/// The sender of each signal: a pid, which is 0 where it is of another namespace, [`KERNEL`] or
/// [`NONE`].
static SENDERS: [AtomicI32; SIGNALS] = [const { AtomicI32::new(NONE) }; SIGNALS];
/// How many commands are forked and not registered yet. They are in this process's group, so that
/// what the kernel sends to the group reaches them.
static UNREGISTERED: AtomicU32 = AtomicU32::new(0);

pub(super) fn reset() {
    for sender in &SENDERS {
        sender.store(NONE, SeqCst);
    }
    UNREGISTERED.store(0, SeqCst);
}

pub(super) fn keep(signal: c_int, sender: Sender) {
    let pid = match sender {
        Sender::Kernel => KERNEL,
        Sender::Process(pid) => pid,
    };
    slot(signal).store(pid, SeqCst);
}

/// Takes the signal out, if it has come.
pub(super) fn take(signal: c_int) -> Option<Sender> {
    match slot(signal).swap(NONE, SeqCst) {
        NONE => None,
        KERNEL => Some(Sender::Kernel),
        pid => Some(Sender::Process(pid)),
    }
}

pub(super) fn note_fork() {
    UNREGISTERED.fetch_add(1, SeqCst);
}

pub(super) fn forget_fork() {
    let _ = UNREGISTERED.fetch_update(SeqCst, SeqCst, |count| count.checked_sub(1));
}

pub(super) fn has_unregistered_command() -> bool {
    UNREGISTERED.load(SeqCst) > 0
}

fn slot(signal: c_int) -> &'static AtomicI32 {
    &SENDERS[usize::try_from(signal).unwrap_or(0) % SIGNALS]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_kept_with_its_sender_until_it_is_taken() {
        assert!(take(libc::SIGUSR1).is_none());
        for sender in [Sender::Kernel, Sender::Process(7), Sender::Process(0)] {
            keep(libc::SIGUSR1, sender);
            assert_eq!(take(libc::SIGUSR1), Some(sender));
            assert_eq!(take(libc::SIGUSR1), None);
        }
    }
}
