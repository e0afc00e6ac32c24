//! Carries input to a command on a terminal of its own, and has that terminal follow what becomes
//! of this process's: its size, its foreground, its being suspended.

use std::io::IoSliceMut;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::{Errno, ReadWriteFlags};
use rustix::process::{Pid, Signal};
use rustix::stdio::stdin;
use rustix::termios::{Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetwinsize};

use crate::modes::are_same;
use crate::modes::outer::{Outer, is_in_foreground};
use crate::output::command_end::CommandEnd;
use crate::pty::control::Control;
use crate::pty::discipline::Discipline;
use crate::pty::feed::Feed;
use crate::pty::suspend::{is_ignored_by, is_ignored_here, signal};
use crate::pty::typed::Typed;
use crate::signals::{OwnTerminal, stop_this_job};

/// How soon it is noticed what no signal tells: the foreground, and a new size where the host has
/// taken the signal for it.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How soon it is noticed, at first, that everything has been read and the end of the input is next.
const TELL_END_WITHIN: Duration = Duration::from_millis(5);
/// Programs may get ready for being suspended for so long.
const READY_WITHIN: Duration = Duration::from_millis(50);
const BUFFER_BYTES: usize = 4096;

/// Where input comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A terminal.
    Typed(Arc<Outer>),
    /// Anything else.
    Fed,
    /// There is none, or there will be none any more.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Input {
    command: Pid,
    master: Arc<OwnedFd>,
    /// As long as this is open, the terminal is not gone even when the command has closed it.
    slave: OwnedFd,
    /// As the command found its terminal.
    modes: Termios,
    source: Source,
    /// The terminal that the size is taken from.
    like: Option<BorrowedFd<'static>>,
    control: Arc<Control>,
    command_end: Arc<CommandEnd>,
    own_terminal: Option<Arc<OwnTerminal>>,
    typed: Typed,
    feed: Feed,
    /// Whether a source that is fed has ended.
    has_ended: bool,
    /// Until it is looked again whether the end has been read.
    pause: Duration,
    /// Whether this process may read from its terminal.
    is_in_front: bool,
    /// Read, and not looked through.
    unseen: Vec<u8>,
    /// To be written before anything else is done.
    unwritten: Vec<u8>,
    /// Whether the last byte to be written suspends the command.
    then_suspend: bool,
}

impl Input {
    pub(crate) fn new(
        command: Pid,
        (master, slave, modes): (Arc<OwnedFd>, OwnedFd, Termios),
        source: Source,
        like: Option<BorrowedFd<'static>>,
        control: Arc<Control>,
        command_end: Arc<CommandEnd>,
        own_terminal: Option<Arc<OwnTerminal>>,
    ) -> Self {
        Self {
            command,
            master,
            slave,
            modes,
            source,
            like,
            control,
            command_end,
            own_terminal,
            typed: Typed::default(),
            feed: Feed::default(),
            has_ended: false,
            pause: TELL_END_WITHIN,
            is_in_front: false,
            unseen: Vec::new(),
            unwritten: Vec::new(),
            then_suspend: false,
        }
    }

    /// Carries until the command ends or its output is over.
    pub(crate) fn run(mut self) {
        while !self.command_end.is_announced() && !self.control.is_over() {
            self.follow_size();
            let may_read = self.may_read();
            let Ok(ready) = self.wait(may_read) else {
                break;
            };
            self.heed_signals();
            if ready && may_read {
                self.read();
            } else if ready && is_hung_up() {
                self.hang_up();
            }
            self.carry();
            if self.has_ended {
                self.tell_end();
            }
        }
        self.keep_modes();
        // The descriptors close with this.
        if let Some(own_terminal) = &self.own_terminal {
            own_terminal.detach();
        }
        // With the output over, keys are signals to this process again.
        if self.control.is_over()
            && let Source::Typed(outer) = &self.source
        {
            outer.restore();
        }
    }

    /// What the command has changed about its terminal stays, as it would about this one.
    fn keep_modes(&self) {
        if let (Source::Typed(outer), Ok(now)) = (&self.source, tcgetattr(&self.slave))
            && !are_same(&now, &self.modes)
        {
            outer.restore_to(now);
        }
    }

    /// Whether input may be read now. A terminal is raw when it may.
    fn may_read(&mut self) -> bool {
        self.look_at_foreground();
        if !self.unwritten.is_empty() || !self.unseen.is_empty() {
            return false;
        }
        match &self.source {
            Source::Nothing => false,
            Source::Fed => !self.has_ended,
            Source::Typed(_) => self.is_in_front,
        }
    }

    /// A terminal that this process has come in front of becomes raw.
    fn look_at_foreground(&mut self) {
        if let Source::Typed(outer) = &self.source {
            let was_in_front = self.is_in_front;
            self.is_in_front =
                is_in_foreground(stdin()) && (was_in_front || outer.make_raw().is_ok());
        }
    }

    /// Waits for something to do. `true` when there is input.
    fn wait(&self, may_read: bool) -> Result<bool, Errno> {
        let master = if self.unwritten.is_empty() {
            PollFlags::empty()
        } else {
            PollFlags::OUT
        };
        let mut fds = vec![
            PollFd::from_borrowed_fd(self.control.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.command_end.as_fd(), PollFlags::IN),
            PollFd::new(&*self.master, master),
        ];
        let is_typed = matches!(self.source, Source::Typed(_));
        if may_read {
            fds.push(PollFd::from_borrowed_fd(stdin(), PollFlags::IN));
        } else if is_typed {
            // A hang-up is always told of.
            fds.push(PollFd::from_borrowed_fd(stdin(), PollFlags::empty()));
        }
        let looks = self.like.is_some() || is_typed;
        let timeout = match () {
            () if self.has_ended => Some(self.pause),
            () if looks => Some(LOOK_EVERY),
            () => None,
        };
        // Both are small enough for a Timespec.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) => Ok(fds.get(3).is_some_and(|fd| !fd.revents().is_empty())),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self) {
        let mut buffer = [0; BUFFER_BYTES];
        match read_what_is_there(&mut buffer) {
            Ok(0) if matches!(self.source, Source::Typed(_)) => {
                if is_hung_up() {
                    self.hang_up();
                }
            }
            Ok(0) => self.has_ended = true,
            Ok(count) if matches!(self.source, Source::Typed(_)) => {
                self.unseen.extend_from_slice(&buffer[..count]);
            }
            Ok(count) => {
                let discipline = self.discipline();
                self.unwritten = self.feed.typed(&discipline, &buffer[..count]);
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) if matches!(self.source, Source::Typed(_)) => {
                // In the background since poll, which is looked after next time, or gone.
                if is_hung_up() {
                    self.hang_up();
                }
            }
            // Nothing more can be had: that is an end as well.
            Err(_) => self.has_ended = true,
        }
    }

    /// Writes as much as the command's terminal takes, and does what was typed for this process.
    fn carry(&mut self) {
        loop {
            while !self.unwritten.is_empty() {
                match rustix::io::write(&*self.master, &self.unwritten) {
                    Ok(0) | Err(Errno::AGAIN) => return,
                    Ok(count) => drop(self.unwritten.drain(..count)),
                    Err(Errno::INTR) => {}
                    // Nobody has the terminal open.
                    Err(_) => self.unwritten.clear(),
                }
            }
            if std::mem::take(&mut self.then_suspend) && self.is_in_its_foreground() {
                self.suspend(true);
            }
            if self.unseen.is_empty() {
                return;
            }
            let piece = self.typed.read(&self.discipline(), &self.unseen);
            if let Some(own_terminal) = &self.own_terminal {
                own_terminal.count_interrupts(piece.interrupts);
            }
            self.unwritten.extend(self.unseen.drain(..piece.length));
            self.then_suspend = piece.suspends;
        }
    }

    /// Passes the end of the input on, once everything before it has been read.
    fn tell_end(&mut self) {
        self.pause = (self.pause * 2).min(LOOK_EVERY);
        if self.unwritten.is_empty() && !self.is_unread() {
            let discipline = self.discipline();
            if let Some(byte) = self.feed.end(&discipline) {
                self.unwritten.push(byte);
                self.carry();
                self.pause = TELL_END_WITHIN;
            }
        }
    }

    fn heed_signals(&mut self) {
        self.control.clear();
        let Some(news) = self.own_terminal.as_ref().map(|terminal| terminal.news()) else {
            return;
        };
        if news.suspended {
            signal(self.command, Signal::TSTP);
            self.suspend(false);
        } else if news.continued {
            self.resume();
        }
    }

    /// Whether no shell inside has given the foreground to a job of its own.
    fn is_in_its_foreground(&self) -> bool {
        tcgetpgrp(&*self.master) == Ok(self.command)
    }

    /// Stops the command and then this process, for a shell to continue. The command has been sent
    /// the signal that says so; the kernel discards it where a program does nothing about it, since
    /// the command's session has no shell.
    fn suspend(&mut self, whole_group: bool) {
        if is_ignored_here() || is_ignored_by(self.command) {
            return;
        }
        self.set_suspended(true);
        thread::sleep(READY_WITHIN);
        if self.command_end.is_announced() || !signal(self.command, Signal::STOP) {
            return self.set_suspended(false);
        }
        if let Source::Typed(outer) = &self.source {
            outer.restore();
        }
        stop_this_job(whole_group);
        self.resume();
    }

    fn resume(&mut self) {
        // Raw before the command writes again.
        self.is_in_front = false;
        self.look_at_foreground();
        self.follow_size();
        signal(self.command, Signal::CONT);
        if let Some(own_terminal) = &self.own_terminal {
            // What came meanwhile asked for what has been done.
            let _ = own_terminal.news();
        }
        self.set_suspended(false);
    }

    fn set_suspended(&self, is_suspended: bool) {
        if let Some(own_terminal) = &self.own_terminal {
            own_terminal.set_suspended(is_suspended);
        }
    }

    fn follow_size(&self) {
        let Some(Ok(wanted)) = self.like.map(tcgetwinsize) else {
            return;
        };
        let now = tcgetwinsize(&*self.master);
        if now.is_ok_and(|now| (now.ws_row, now.ws_col) != (wanted.ws_row, wanted.ws_col)) {
            // The kernel tells the command. A terminal that is gone has no size.
            let _ = tcsetwinsize(&*self.master, wanted);
        }
    }

    /// This process's terminal is gone, and so the command has lost its own.
    fn hang_up(&mut self) {
        self.source = Source::Nothing;
        let group = tcgetpgrp(&*self.master).unwrap_or(self.command);
        signal(group, Signal::HUP);
        signal(group, Signal::CONT);
    }

    fn discipline(&self) -> Discipline {
        tcgetattr(&self.slave)
            .map(|termios| Discipline::of(&termios))
            .unwrap_or_default()
    }

    /// Whether something lies ready for the command to read. To ask has the kernel bring there what
    /// was written.
    fn is_unread(&self) -> bool {
        let mut fds = [PollFd::new(&self.slave, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }
}

/// Does not wait for a pipe or a socket that somebody else has read from since poll.
fn read_what_is_there(buffer: &mut [u8]) -> Result<usize, Errno> {
    const NO_OFFSET: u64 = u64::MAX;
    let is_shared = fstat(stdin()).is_ok_and(|about| {
        matches!(
            FileType::from_raw_mode(about.st_mode),
            FileType::Fifo | FileType::Socket
        )
    });
    if is_shared {
        let parts = &mut [IoSliceMut::new(buffer)];
        match rustix::io::preadv2(stdin(), parts, NO_OFFSET, ReadWriteFlags::NOWAIT) {
            // A kernel that cannot.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            answer => return answer,
        }
    }
    rustix::io::read(stdin(), buffer)
}

fn is_hung_up() -> bool {
    let mut fds = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
    poll(&mut fds, Some(&Timespec::default())).is_ok()
        && fds[0]
            .revents()
            .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}
