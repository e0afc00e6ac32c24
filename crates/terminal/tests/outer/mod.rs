//! A terminal with a program in its foreground, as a user has it.

use std::env;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

/// Long enough on a busy machine.
const AT_MOST: Duration = Duration::from_mins(1);

pub struct Outer {
    master: Option<OwnedFd>,
    slave: OwnedFd,
    child: Child,
    /// What the program has written since the last text that was awaited.
    unread: Vec<u8>,
}

/// The helper that runs a command on streams of some kind.
pub fn helper() -> PathBuf {
    let tests = env::current_exe().unwrap();
    let helper = tests
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples/on_streams");
    assert!(
        helper.exists(),
        "cargo test builds {}; with --test run cargo build --examples before",
        helper.display()
    );
    helper
}

impl Outer {
    /// Starts the helper.
    pub fn helper(arguments: &[&str]) -> Self {
        let mut command = Command::new(helper());
        command.args(arguments);
        Self::start(command)
    }

    /// Starts a shell with job control, and waits for its prompt.
    pub fn shell() -> Self {
        let mut command = Command::new("bash");
        command
            .args(["--norc", "--noprofile", "-i"])
            .env("PS1", "outer> ");
        let mut shell = Self::start(command);
        shell.await_text("outer> ");
        shell
    }

    /// Starts a program; its streams are the terminal unless they were set.
    pub fn start(mut command: Command) -> Self {
        Self::start_with(&mut command, None)
    }

    pub fn start_with(command: &mut Command, stdin: Option<Stdio>) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = open(name, flags, Mode::empty()).unwrap();
        let copy = || slave.try_clone().unwrap();
        set_size(&master, 33, 99);
        command
            .stdin(stdin.unwrap_or_else(|| copy().into()))
            .stdout(copy())
            .stderr(copy())
            .env("TERM", "dumb");
        let terminal = copy();
        // SAFETY: system calls only.
        unsafe {
            command.pre_exec(move || {
                setsid()?;
                Ok(ioctl_tiocsctty(&terminal)?)
            });
        }
        let child = command.spawn().unwrap();
        Self {
            master: Some(master),
            slave,
            child,
            unread: Vec::new(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn type_in(&self, bytes: &[u8]) {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let written = rustix::io::write(self.master.as_ref().unwrap(), bytes).unwrap();
            bytes = &bytes[written..];
        }
    }

    pub fn resize(&self, rows: u16, columns: u16) {
        set_size(self.master.as_ref().unwrap(), rows, columns);
    }

    pub fn hang_up(&mut self) {
        self.master = None;
    }

    pub fn modes(&self) -> String {
        let termios: Termios = tcgetattr(&self.slave).unwrap();
        format!("{termios:?}")
    }

    /// Waits until the screen shows this, and returns what it showed before.
    pub fn await_text(&mut self, text: &str) -> String {
        let deadline = Instant::now() + AT_MOST;
        loop {
            if let Some(at) = find(&self.unread, text.as_bytes()) {
                let rest = self.unread.split_off(at + text.len());
                let before = std::mem::replace(&mut self.unread, rest);
                return String::from_utf8_lossy(&before[..at]).into_owned();
            }
            assert!(
                Instant::now() < deadline,
                "no {text:?} in {:?}",
                String::from_utf8_lossy(&self.unread)
            );
            self.read_output();
        }
    }

    /// Waits until the program ends.
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + AT_MOST;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                while self.read_output() {}
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it still runs; the screen shows {:?}",
                String::from_utf8_lossy(&self.unread)
            );
            self.read_output();
        }
    }

    /// What the screen has shown since the last text that was awaited.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    fn read_output(&mut self) -> bool {
        let Some(master) = &self.master else {
            thread::sleep(Duration::from_millis(5));
            return false;
        };
        let mut fds = [PollFd::from_borrowed_fd(master.as_fd(), PollFlags::IN)];
        let soon = Timespec::try_from(Duration::from_millis(20)).unwrap();
        if poll(&mut fds, Some(&soon)).unwrap() == 0 {
            return false;
        }
        let mut buffer = [0; 4096];
        let count = rustix::io::read(master, &mut buffer).unwrap_or(0);
        self.unread.extend_from_slice(&buffer[..count]);
        count > 0
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        // Also after a failure nothing is left behind. It fails where the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn set_size(master: &OwnedFd, ws_row: u16, ws_col: u16) {
    let size = Winsize {
        ws_row,
        ws_col,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(master, size).unwrap();
}

fn find(all: &[u8], part: &[u8]) -> Option<usize> {
    all.windows(part.len()).position(|window| window == part)
}

/// Polls for a condition.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + AT_MOST;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The state letter of a process; `None` when there is none.
pub fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// The first child of a process that runs this program, once there is one.
pub fn child_of(pid: u32, program: &str) -> u32 {
    let mut found = None;
    until(&format!("{pid} has a child {program}"), || {
        let children = children(pid).unwrap_or_default();
        found = children.into_iter().find(|child| {
            fs::read_to_string(format!("/proc/{child}/comm"))
                .is_ok_and(|comm| comm.trim_end() == program)
        });
        found.is_some()
    });
    found.unwrap()
}

fn children(pid: u32) -> io::Result<Vec<u32>> {
    let mut all = Vec::new();
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(task?.path().join("children"))?;
        all.extend(text.split(' ').filter_map(|word| word.parse::<u32>().ok()));
    }
    Ok(all)
}
