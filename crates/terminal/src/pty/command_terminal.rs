//! The command's terminal, from the side of this process.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetwinsize};

use crate::modes::are_same;
use crate::pty::line_discipline::LineDiscipline;

#[derive(Debug)]
pub(crate) struct CommandTerminal {
    /// Leads the terminal's session and a group of its own.
    pub(crate) command: Pid,
    pub(crate) master: Arc<OwnedFd>,
    /// While this is open, the terminal persists even when the command has closed it.
    pub(crate) slave: OwnedFd,
    /// As the command found them.
    pub(crate) modes: Termios,
}

impl CommandTerminal {
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        rustix::io::write(&*self.master, bytes)
    }

    pub(crate) fn line_discipline(&self) -> LineDiscipline {
        tcgetattr(&self.slave)
            .map(|modes| LineDiscipline::of(&modes))
            .unwrap_or_default()
    }

    /// The modes, where the command has changed them.
    pub(crate) fn changed_modes(&self) -> Option<Termios> {
        let modes = tcgetattr(&self.slave).ok()?;
        (!are_same(&modes, &self.modes)).then_some(modes)
    }

    /// Whether some input has not been read. To ask has the kernel move there what was written.
    pub(crate) fn has_unread_input(&self) -> bool {
        let mut fds = [PollFd::new(&self.slave, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }

    /// Whether no shell inside has given the foreground to a job of its own.
    pub(crate) fn is_command_in_foreground(&self) -> bool {
        tcgetpgrp(&*self.master) == Ok(self.command)
    }

    /// Takes the size of another terminal. The kernel signals it to the command.
    pub(crate) fn follow_size(&self, other: BorrowedFd<'_>) {
        let Ok(wanted) = tcgetwinsize(other) else {
            return;
        };
        let current = tcgetwinsize(&*self.master);
        if current.is_ok_and(|size| (size.ws_row, size.ws_col) != (wanted.ws_row, wanted.ws_col)) {
            // It fails where the terminal is gone.
            let _ = tcsetwinsize(&*self.master, wanted);
        }
    }

    /// Signals the command's group. `false` once that is empty.
    pub(crate) fn signal(&self, signal: Signal) -> bool {
        kill_process_group(self.command, signal).is_ok()
    }

    /// Signals the group in the foreground as the kernel does when a terminal is lost.
    pub(crate) fn hang_up(&self) {
        let group = tcgetpgrp(&*self.master).unwrap_or(self.command);
        let _ = kill_process_group(group, Signal::HUP);
        let _ = kill_process_group(group, Signal::CONT);
    }
}

impl AsFd for CommandTerminal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }
}
