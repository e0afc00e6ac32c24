//! Keys for programs that read them from the terminal they write to, as pagers do: they open the
//! terminal of their standard error once more, and that is the window.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::process::{Pid, getpid};
use rustix::stdio::stdout;
use rustix::termios::tcgetpgrp;

use crate::child::beyond_standard;
use memtop_proc::native::process_group;

const BUFFER_BYTES: usize = 4096;

/// Where the command reads keys from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Determined when the next key is typed.
    Unknown,
    Window,
    Elsewhere,
}

/// Forwards typed keys from this process's terminal to the window.
#[derive(Debug)]
pub(crate) struct Keys {
    terminal: OwnedFd,
    window: Arc<OwnedFd>,
    window_name: PathBuf,
    reader: Reader,
}

impl Keys {
    pub(crate) fn new(terminal: OwnedFd, window: Arc<OwnedFd>, window_name: PathBuf) -> Self {
        Self {
            terminal,
            window,
            window_name,
            reader: Reader::Unknown,
        }
    }

    /// Another program may read keys now.
    pub(crate) fn forget_reader(&mut self) {
        self.reader = Reader::Unknown;
    }

    /// Readable when keys are typed. `None` where they are not read from the window.
    pub(crate) fn typed(&self) -> Option<BorrowedFd<'_>> {
        (self.reader != Reader::Elsewhere).then(|| self.terminal.as_fd())
    }

    /// Forwards what has been typed, if the window is where it is read.
    pub(crate) fn forward(&mut self) {
        if self.reader == Reader::Unknown {
            self.reader = self.find_reader();
        }
        if self.reader == Reader::Elsewhere {
            return;
        }
        let mut buffer = [0; BUFFER_BYTES];
        match rustix::io::read(&self.terminal, &mut buffer) {
            // What a program that does not read leaves no room for is lost, as on any terminal.
            Ok(count @ 1..) => drop(rustix::io::write(&*self.window, &buffer[..count])),
            // Another process was faster.
            Err(Errno::AGAIN | Errno::INTR) => {}
            // The terminal is gone, or this process is in the background.
            Ok(0) | Err(_) => self.reader = Reader::Elsewhere,
        }
    }

    /// The window where a foreground process has opened it by its name.
    fn find_reader(&self) -> Reader {
        let is_open = foreground_processes()
            .into_iter()
            .any(|pid| has_opened(pid, &self.window_name));
        if is_open {
            Reader::Window
        } else {
            Reader::Elsewhere
        }
    }
}

/// The controlling terminal, opened anew so that non-blocking reads concern no other process.
pub(crate) fn open_keyboard() -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    beyond_standard(open("/dev/tty", flags, Mode::empty())?)
}

/// Those in the foreground group, but for this process.
fn foreground_processes() -> Vec<Pid> {
    let (Ok(foreground), Ok(processes)) = (tcgetpgrp(stdout()), fs::read_dir("/proc")) else {
        return Vec::new();
    };
    let pids = processes
        .flatten()
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
    pids.filter(|&pid| pid != getpid() && process_group(pid) == Some(foreground))
        .collect()
}

/// Whether a process has the window open, its standard output and error aside.
fn has_opened(pid: Pid, window: &Path) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())) else {
        return false;
    };
    descriptors
        .flatten()
        .filter(|entry| entry.file_name() != "1" && entry.file_name() != "2")
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .any(|target| target == window)
}
