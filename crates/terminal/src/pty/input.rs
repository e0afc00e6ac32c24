//! Carries input to a command on a terminal of its own, and has that terminal follow this
//! process's: its size, its foreground, its suspension.

use std::mem;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Signal;
use rustix::stdio::stdin;

use crate::modes::outer_terminal::{OuterTerminal, is_in_foreground};
use crate::output::command_end::CommandEnd;
use crate::pty::command_terminal::CommandTerminal;
use crate::pty::key_scanner::KeyScanner;
use crate::pty::literal_input::LiteralEncoder;
use crate::pty::stdin::{is_hung_up, read_available};
use crate::pty::wakeup::InputWakeup;
use crate::signals::AttachedTerminal;
use crate::signals::job::{self, JobEvent, JobState};

/// How often to check what no signal announces: the foreground, and a new size where the host has
/// taken the signal for it.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);
/// How soon to check, at first, whether all input has been read and its end is next.
const FIRST_END_CHECK: Duration = Duration::from_millis(5);
const BUFFER_BYTES: usize = 4096;

/// Where input comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A terminal.
    Typed(Arc<OuterTerminal>),
    /// A pipe, a file.
    Piped,
    /// There is none, or it is gone.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Input {
    pub(super) terminal: CommandTerminal,
    pub(super) source: Source,
    /// The terminal that the size is taken from.
    size_source: Option<BorrowedFd<'static>>,
    wakeup: Arc<InputWakeup>,
    pub(super) command_end: Arc<CommandEnd>,
    attached: Option<Arc<AttachedTerminal>>,
    scanner: KeyScanner,
    encoder: LiteralEncoder,
    /// Whether piped input has ended.
    has_ended: bool,
    /// Until the next check whether the end of the input has been read.
    end_check: Duration,
    /// Whether this process may read from its terminal.
    pub(super) in_foreground: bool,
    /// Typed bytes that have not been scanned.
    unscanned: Vec<u8>,
    /// To be written before anything else is read.
    unwritten: Vec<u8>,
    /// The last byte to be written suspends the command.
    then_suspend: bool,
}

impl Input {
    pub(crate) fn new(
        terminal: CommandTerminal,
        source: Source,
        size_source: Option<BorrowedFd<'static>>,
        wakeup: Arc<InputWakeup>,
        command_end: Arc<CommandEnd>,
        attached: Option<Arc<AttachedTerminal>>,
    ) -> Self {
        Self {
            terminal,
            source,
            size_source,
            wakeup,
            command_end,
            attached,
            scanner: KeyScanner::default(),
            encoder: LiteralEncoder::default(),
            has_ended: false,
            end_check: FIRST_END_CHECK,
            in_foreground: false,
            unscanned: Vec::new(),
            unwritten: Vec::new(),
            then_suspend: false,
        }
    }

    /// Carries input until the command or its output ends.
    pub(crate) fn run(mut self) {
        while !self.command_end.is_announced() && !self.wakeup.has_output_ended() {
            self.follow_size();
            let may_read = self.may_read();
            let Ok(is_ready) = self.wait(may_read) else {
                break;
            };
            self.handle_request();
            if is_ready && may_read {
                self.read();
            } else if is_ready && is_hung_up() {
                self.hang_up();
            }
            self.write();
            if self.has_ended {
                self.write_end();
            }
        }
        self.finish();
    }

    /// The descriptors close with this.
    fn finish(self) {
        if let Source::Typed(outer) = &self.source
            && let Some(modes) = self.terminal.changed_modes()
        {
            // Without a terminal of its own the command would have changed this process's.
            outer.restore_to(modes);
        }
        if let Some(attached) = &self.attached {
            attached.detach();
        }
        // Without output, keys are signals to this process again.
        if self.wakeup.has_output_ended()
            && let Source::Typed(outer) = &self.source
        {
            outer.restore();
        }
    }

    /// Whether input may be read now. The outer terminal is raw when it may.
    fn may_read(&mut self) -> bool {
        self.update_foreground();
        if !self.unwritten.is_empty() || !self.unscanned.is_empty() {
            return false;
        }
        match &self.source {
            Source::Nothing => false,
            Source::Piped => !self.has_ended,
            Source::Typed(_) => self.in_foreground,
        }
    }

    /// Makes the outer terminal raw when this process comes to its foreground.
    pub(super) fn update_foreground(&mut self) {
        if let Source::Typed(outer) = &self.source {
            let is_raw = self.in_foreground;
            self.in_foreground = is_in_foreground(stdin()) && (is_raw || outer.make_raw().is_ok());
        }
    }

    pub(super) fn follow_size(&self) {
        if let Some(source) = self.size_source {
            self.terminal.follow_size(source);
        }
    }

    /// Waits for something to do. `true` when there is input.
    fn wait(&self, may_read: bool) -> Result<bool, Errno> {
        let is_typed = matches!(self.source, Source::Typed(_));
        let writable = if self.unwritten.is_empty() {
            PollFlags::empty()
        } else {
            PollFlags::OUT
        };
        let mut fds = vec![
            PollFd::from_borrowed_fd(self.wakeup.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.command_end.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.terminal.as_fd(), writable),
        ];
        let before_stdin = fds.len();
        if may_read {
            fds.push(PollFd::from_borrowed_fd(stdin(), PollFlags::IN));
        } else if is_typed {
            // A hang-up is always reported.
            fds.push(PollFd::from_borrowed_fd(stdin(), PollFlags::empty()));
        }
        let timeout = if self.has_ended {
            Some(self.end_check)
        } else {
            (self.size_source.is_some() || is_typed).then_some(CHECK_INTERVAL)
        };
        // Both are small enough for a Timespec.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) => Ok(fds[before_stdin..]
                .iter()
                .any(|fd| !fd.revents().is_empty())),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Does what a signal has asked for.
    fn handle_request(&mut self) {
        self.wakeup.clear();
        if self.attached.is_none() {
            return;
        }
        match job::apply(JobEvent::TakeRequest) {
            Some(JobState::SuspendRequested) => {
                self.terminal.signal(Signal::TSTP);
                self.suspend(false);
            }
            Some(JobState::ResumeRequested) => self.resume(),
            _ => {}
        }
    }

    fn read(&mut self) {
        let mut buffer = [0; BUFFER_BYTES];
        let result = read_available(&mut buffer);
        match (&self.source, result) {
            (_, Err(Errno::INTR | Errno::AGAIN)) => {}
            (Source::Typed(_), Ok(count @ 1..)) => {
                self.unscanned.extend_from_slice(&buffer[..count]);
            }
            (Source::Typed(_), _) => {
                // Else in the background since poll, which is checked the next time.
                if is_hung_up() {
                    self.hang_up();
                }
            }
            (_, Ok(count @ 1..)) => {
                let discipline = self.terminal.line_discipline();
                self.unwritten = self.encoder.encode(&discipline, &buffer[..count]);
            }
            // An error ends the input as well.
            (_, Ok(0) | Err(_)) => self.has_ended = true,
        }
    }

    /// Writes as much as the command's terminal takes, and suspends the command where that was
    /// typed.
    fn write(&mut self) {
        loop {
            while !self.unwritten.is_empty() {
                match self.terminal.write(&self.unwritten) {
                    Ok(0) | Err(Errno::AGAIN) => return,
                    Ok(count) => drop(self.unwritten.drain(..count)),
                    Err(Errno::INTR) => {}
                    // No process has the terminal open.
                    Err(_) => self.unwritten.clear(),
                }
            }
            if mem::take(&mut self.then_suspend) && self.terminal.is_command_in_foreground() {
                self.suspend(true);
            }
            if self.unscanned.is_empty() {
                return;
            }
            let discipline = self.terminal.line_discipline();
            let scanned = self.scanner.scan(&discipline, &self.unscanned);
            if let Some(attached) = &self.attached {
                attached.count_interrupts(scanned.interrupts);
            }
            self.unwritten
                .extend(self.unscanned.drain(..scanned.length));
            self.then_suspend = scanned.suspends;
        }
    }

    /// Passes the end of the input on, once everything before it has been read.
    fn write_end(&mut self) {
        self.end_check = (self.end_check * 2).min(CHECK_INTERVAL);
        if !self.unwritten.is_empty() || self.terminal.has_unread_input() {
            return;
        }
        let discipline = self.terminal.line_discipline();
        if let Some(byte) = self.encoder.encode_end(&discipline) {
            self.unwritten.push(byte);
            self.write();
            self.end_check = FIRST_END_CHECK;
        }
    }

    /// This process's terminal is gone, and so is the command's.
    fn hang_up(&mut self) {
        self.source = Source::Nothing;
        self.terminal.hang_up();
    }
}
