//! A terminal of the command's own.

mod command_terminal;
pub(crate) mod handle;
mod input;
mod key_scanner;
mod line_discipline;
mod literal_input;
mod stdin;
mod suspend;
mod wakeup;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::process::Pid;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, Termios, Winsize, isatty, tcgetattr, tcgetwinsize,
    tcsetattr, tcsetwinsize,
};

use crate::child::{ChildEnd, beyond_standard};
use crate::modes::exit_cleanup::ExitCleanup;
use crate::modes::outer_terminal::{OuterTerminal, is_in_foreground};
use crate::output::command_end::CommandEnd;
use crate::output::listener::SharedListener;
use crate::output::pump::Pump;
use crate::output::sink::Sink;
use crate::output::standard_stream::StandardStream;
use crate::output::thread;
use crate::pty::command_terminal::CommandTerminal;
use crate::pty::input::{Input, Source};
use crate::pty::wakeup::InputWakeup;
use crate::signals::AttachedTerminal;
use crate::{OutputListener, Pumps, Stream, TerminalHandle};

const DEFAULT_SIZE: (u16, u16) = (24, 80);

#[derive(Debug)]
pub(crate) struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    listener: SharedListener,
    /// The terminal that the size is taken from.
    size_source: Option<BorrowedFd<'static>>,
    handle: Option<Arc<TerminalHandle>>,
    /// As the command finds them.
    modes: Termios,
}

impl Terminal {
    pub(crate) fn open(
        listener: Option<OutputListener>,
        size: Option<(u16, u16)>,
        handle: Option<Arc<TerminalHandle>>,
    ) -> io::Result<(ChildEnd, Self)> {
        let (master, slave) = pair()?;
        let size_source = match size {
            None => [stdin(), stdout(), stderr()]
                .into_iter()
                .find(|own| isatty(own)),
            Some(_) => None,
        };
        if handle.is_none() {
            set_modes(&slave)?;
        }
        let followed = size_source.and_then(|terminal| tcgetwinsize(terminal).ok());
        let (ws_row, ws_col) = size.unwrap_or(DEFAULT_SIZE);
        let fixed = Winsize {
            ws_row,
            ws_col,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&slave, followed.unwrap_or(fixed))?;
        let child = ChildEnd::Terminal(beyond_standard(slave.try_clone()?)?);
        let modes = tcgetattr(&slave)?;
        let terminal = Self {
            modes,
            handle,
            master,
            slave,
            listener: SharedListener::new(listener),
            size_source,
        };
        Ok((child, terminal))
    }

    pub(crate) fn begin(self, command: u32) -> io::Result<Pumps> {
        let command = i32::try_from(command)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("no such process"))?;
        match self.handle.clone() {
            Some(handle) => self.begin_with_handle(&handle),
            None => self.begin_with_standard_streams(command),
        }
    }

    fn begin_with_handle(self, handle: &TerminalHandle) -> io::Result<Pumps> {
        let command_end = Arc::new(CommandEnd::new()?);
        let mut pumps = Pumps::until(&command_end);
        let master = Arc::new(self.master);
        handle.connect(&master);
        let stream = Stream::Stdout;
        let pump = Pump::new(stream, master, Sink::Discard, self.listener, command_end);
        let pump = pump.holding(self.slave);
        let thread = thread::spawn("memtop-output", &[], move || pump.run())?;
        pumps.output.push(thread);
        Ok(pumps)
    }

    fn begin_with_standard_streams(self, command: Pid) -> io::Result<Pumps> {
        let command_end = Arc::new(CommandEnd::new()?);
        let mut pumps = Pumps::until(&command_end);
        let master = Arc::new(self.master);
        let pump = Pump::new(
            Stream::Stdout,
            Arc::clone(&master),
            Sink::Stream(StandardStream::new(Stream::Stdout)),
            self.listener,
            Arc::clone(&command_end),
        );
        let wakeup = Arc::new(InputWakeup::new()?);
        pumps.attached = AttachedTerminal::attach(master.as_fd(), wakeup.as_fd()).map(Arc::new);
        pumps.outer_terminal = OuterTerminal::take().map(Arc::new);
        pumps.exit_cleanup = pumps.outer_terminal.as_ref().map(|_| ExitCleanup::begin());
        let source = match &pumps.outer_terminal {
            Some(outer) => {
                if is_in_foreground(stdin()) {
                    outer.make_raw()?;
                }
                Source::Typed(Arc::clone(outer))
            }
            None if isatty(stdin()) => Source::Nothing,
            None => Source::Piped,
        };
        let terminal = CommandTerminal {
            command,
            master,
            slave: self.slave,
            modes: self.modes,
        };
        let input = Input::new(
            terminal,
            source,
            self.size_source,
            Arc::clone(&wakeup),
            command_end,
            pumps.attached.clone(),
        );
        // Where the terminal forbids background jobs to write, SIGTTOU has to stop this thread.
        let thread = thread::spawn("memtop-output", &[libc::SIGTTOU], move || {
            let end = pump.run();
            wakeup.end_output();
            end
        })?;
        pumps.output.push(thread);
        pumps.input = Some(thread::spawn("memtop-input", &[], move || input.run())?);
        Ok(pumps)
    }
}

/// The two ends of a terminal. The master does not block.
pub(crate) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    // This works also where the terminal belongs to another /dev/pts; older kernels have only the
    // name.
    let slave = ioctl_tiocgptpeer(&master, flags).or_else(|_| {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        open(ptsname(&master, Vec::new())?, flags, Mode::empty())
    })?;
    fcntl_setfl(&master, OFlags::RDWR | OFlags::NONBLOCK)?;
    Ok((beyond_standard(master)?, beyond_standard(slave)?))
}

/// Copies the modes of this process's terminal, where there is one. In the background it has those
/// of the shell, which are not for the command.
fn set_modes(slave: &OwnedFd) -> io::Result<()> {
    let modes = if !isatty(stdin()) {
        let mut modes = tcgetattr(slave)?;
        // What was not typed needs no echo.
        modes.local_modes.remove(LocalModes::ECHO);
        // The kernel acts on start and stop bytes also behind a `literal_next`.
        modes.input_modes.remove(InputModes::IXON);
        modes.input_modes.insert(InputModes::IUTF8);
        modes
    } else if is_in_foreground(stdin()) {
        tcgetattr(stdin())?
    } else {
        return Ok(());
    };
    Ok(tcsetattr(slave, OptionalActions::Now, &modes)?)
}
