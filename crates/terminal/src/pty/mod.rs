//! A terminal of the command's own.

pub(crate) mod control;
pub(crate) mod discipline;
pub(crate) mod feed;
pub(crate) mod input;
pub(crate) mod remote;
pub(crate) mod suspend;
pub(crate) mod typed;

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
use crate::modes::at_end::AtEnd;
use crate::modes::outer::{Outer, is_in_foreground};
use crate::output::command_end::CommandEnd;
use crate::output::pump::Pump;
use crate::output::sink::Sink;
use crate::output::standard_stream::StandardStream;
use crate::output::tap::SharedTap;
use crate::output::thread;
use crate::pty::control::Control;
use crate::pty::input::{Input, Source};
use crate::{OwnTerminal, Pumps, Remote, Stream, Tap};

const USUAL_SIZE: (u16, u16) = (24, 80);

#[derive(Debug)]
pub(crate) struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    tap: SharedTap,
    /// The terminal that the size is taken from.
    like: Option<BorrowedFd<'static>>,
    remote: Option<Arc<Remote>>,
    /// As the command finds it.
    modes: Termios,
}

impl Terminal {
    pub(crate) fn open(
        tap: Option<Tap>,
        size: Option<(u16, u16)>,
        remote: Option<Arc<Remote>>,
    ) -> io::Result<(ChildEnd, Self)> {
        let (master, slave) = pair()?;
        let like = match size {
            None => [stdin(), stdout(), stderr()]
                .into_iter()
                .find(|own| isatty(own)),
            Some(_) => None,
        };
        if remote.is_none() {
            set_modes(&slave)?;
        }
        let known = like.and_then(|terminal| tcgetwinsize(terminal).ok());
        let (ws_row, ws_col) = size.unwrap_or(USUAL_SIZE);
        let usual = Winsize {
            ws_row,
            ws_col,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&slave, known.unwrap_or(usual))?;
        let child = ChildEnd::Terminal(beyond_standard(slave.try_clone()?)?);
        let modes = tcgetattr(&slave)?;
        let terminal = Self {
            modes,
            remote,
            master,
            slave,
            tap: SharedTap::new(tap),
            like,
        };
        Ok((child, terminal))
    }

    pub(crate) fn begin(self, command: u32) -> io::Result<Pumps> {
        let command = i32::try_from(command)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("no such process"))?;
        let command_end = Arc::new(CommandEnd::new()?);
        let mut pumps = Pumps::until(&command_end);
        let master = Arc::new(self.master);
        let pump = |sink| {
            let (source, end) = (Arc::clone(&master), Arc::clone(&command_end));
            Pump::new(Stream::Stdout, source, sink, self.tap, end)
        };
        if let Some(remote) = &self.remote {
            remote.connect(&master);
            let pump = pump(Sink::Discard).holding(self.slave);
            let thread = thread::spawn("memtop-output", &[], move || pump.run())?;
            pumps.output.push(thread);
            return Ok(pumps);
        }
        let pump = pump(Sink::Stream(StandardStream::new(Stream::Stdout)));
        let control = Arc::new(Control::new()?);
        pumps.own_terminal = OwnTerminal::attach(master.as_fd(), control.as_fd()).map(Arc::new);
        pumps.outer = Outer::take().map(Arc::new);
        pumps.at_end = pumps.outer.as_ref().map(|_| AtEnd::begin());
        let source = match &pumps.outer {
            Some(outer) => {
                if is_in_foreground(stdin()) {
                    outer.make_raw()?;
                }
                Source::Typed(Arc::clone(outer))
            }
            None if isatty(stdin()) => Source::Nothing,
            None => Source::Fed,
        };
        let input = Input::new(
            command,
            (master, self.slave, self.modes),
            source,
            self.like,
            Arc::clone(&control),
            command_end,
            pumps.own_terminal.clone(),
        );
        // Where the terminal forbids background jobs to write, SIGTTOU has to stop this thread.
        let thread = thread::spawn("memtop-output", &[libc::SIGTTOU], move || {
            let end = pump.run();
            control.end();
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
    // Also where /dev/pts is not the one that the terminal belongs to. Some kernels have only the
    // name.
    let slave = ioctl_tiocgptpeer(&master, flags).or_else(|_| {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        open(ptsname(&master, Vec::new())?, flags, Mode::empty())
    })?;
    fcntl_setfl(&master, OFlags::RDWR | OFlags::NONBLOCK)?;
    Ok((beyond_standard(master)?, beyond_standard(slave)?))
}

/// As this process's terminal is, where there is one. What a shell has set while this process is in
/// the background is for the shell.
fn set_modes(slave: &OwnedFd) -> io::Result<()> {
    let modes = if !isatty(stdin()) {
        let mut modes = tcgetattr(slave)?;
        // The reader is to see what it was given; nobody has typed it.
        modes.local_modes.remove(LocalModes::ECHO);
        // The kernel looks ahead for these, past what makes a byte literal.
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
