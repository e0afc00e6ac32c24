//! Keys for programs that read them from where they write, as pagers do: they open the terminal of
//! their standard error once more, and that is the window.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::process::{Pid, getpgid, getpid};
use rustix::stdio::stdout;
use rustix::termios::tcgetpgrp;

use crate::child::beyond_standard;

const BUFFER_BYTES: usize = 4096;

#[derive(Debug)]
pub(crate) struct Keys {
    terminal: OwnedFd,
    window: Arc<OwnedFd>,
    window_name: PathBuf,
    /// Whether they are read from the window; `None` until the first is typed.
    are_read_there: Option<bool>,
}

impl Keys {
    pub(crate) fn new(terminal: OwnedFd, window: Arc<OwnedFd>, window_name: PathBuf) -> Self {
        Self {
            terminal,
            window,
            window_name,
            are_read_there: None,
        }
    }

    /// Another program may ask for keys now.
    pub(crate) fn forget_reader(&mut self) {
        self.are_read_there = None;
    }

    /// Readable when there are some to carry. `None` where they are read by other ways.
    pub(crate) fn awaited(&self) -> Option<BorrowedFd<'_>> {
        (self.are_read_there != Some(false)).then(|| self.terminal.as_fd())
    }

    /// Carries what has been typed to the window, if that is where it is read.
    pub(crate) fn carry(&mut self) {
        let name = &self.window_name;
        if !*self
            .are_read_there
            .get_or_insert_with(|| is_opened_again(name))
        {
            return;
        }
        let mut buffer = [0; BUFFER_BYTES];
        match rustix::io::read(&self.terminal, &mut buffer) {
            // What a program that does not read leaves no room for is lost, as on any terminal.
            Ok(count @ 1..) => drop(rustix::io::write(&*self.window, &buffer[..count])),
            // Somebody else was faster.
            Err(Errno::AGAIN | Errno::INTR) => {}
            // The terminal is gone, or another job's.
            Ok(0) | Err(_) => self.are_read_there = Some(false),
        }
    }
}

/// The controlling terminal, opened for this alone, so that not to wait for it concerns nobody else.
pub(crate) fn open_keyboard() -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    beyond_standard(open("/dev/tty", flags, Mode::empty())?)
}

/// Whether somebody in front of the terminal has opened the window by its name.
fn is_opened_again(window: &Path) -> bool {
    let Ok(front) = tcgetpgrp(stdout()) else {
        return false;
    };
    let Ok(processes) = fs::read_dir("/proc") else {
        return false;
    };
    let pids = processes
        .flatten()
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
    pids.filter(|&pid| pid != getpid() && getpgid(Some(pid)) == Ok(front))
        .any(|pid| has_opened(pid, window))
}

/// Beside its standard output and error.
fn has_opened(pid: Pid, window: &Path) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())) else {
        return false;
    };
    let others = descriptors
        .flatten()
        .filter(|entry| entry.file_name() != "1" && entry.file_name() != "2");
    others
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .any(|target| target == window)
}
