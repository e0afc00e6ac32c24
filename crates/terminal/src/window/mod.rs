//! A terminal for the command's output alone. It is no controlling terminal: input, the command's
//! session, its process group and processes that outlive it use this process's terminal, as they
//! would without a window.

pub(crate) mod keys;
pub(crate) mod shared;
pub(crate) mod view;

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::fstat;
use rustix::pty::ptsname;
use rustix::stdio::{stderr, stdout};
use rustix::termios::{
    OptionalActions, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetwinsize,
};

use crate::child::beyond_standard;
use crate::modes::exit_cleanup::ExitCleanup;
use crate::modes::{Modes, window_modes};
use crate::output::command_end::CommandEnd;
use crate::output::listener::SharedListener;
use crate::output::pump::Pump;
use crate::output::sink::Sink;
use crate::output::standard_stream::StandardStream;
use crate::output::thread;
use crate::painter::Painter;
use crate::pty::pair;
use crate::signals::WindowSize;
use crate::window::keys::{Keys, open_keyboard};
use crate::{OutputListener, Pumps, Stream, View};
use memtop_proc::native::own_process_group;

#[derive(Debug)]
pub(crate) struct Window {
    master: OwnedFd,
    slave: OwnedFd,
    listener: SharedListener,
    view: Arc<View>,
    modes: Termios,
    name: PathBuf,
    keyboard: OwnedFd,
}

impl Window {
    /// Also returns the end that the command writes to, which is no standard stream.
    pub(crate) fn open(
        listener: Option<OutputListener>,
        view: Arc<View>,
    ) -> io::Result<(OwnedFd, Self)> {
        let (master, slave) = pair()?;
        let modes = window_modes(&tcgetattr(stdout())?);
        tcsetattr(&slave, OptionalActions::Now, &modes)?;
        tcsetwinsize(&slave, tcgetwinsize(stdout())?)?;
        let child_end = beyond_standard(slave.try_clone()?)?;
        let window = Self {
            modes,
            keyboard: open_keyboard()?,
            name: OsString::from_vec(ptsname(&master, Vec::new())?.into_bytes()).into(),
            master,
            slave,
            listener: SharedListener::new(listener),
            view,
        };
        Ok((child_end, window))
    }

    pub(crate) fn begin(self) -> io::Result<Pumps> {
        let command_end = Arc::new(CommandEnd::new()?);
        let mut pumps = Pumps::until(&command_end);
        let master = Arc::new(self.master);
        pumps.exit_cleanup = Some(ExitCleanup::begin());
        pumps.window_size = WindowSize::follow(Arc::clone(&master));
        pumps.view = Some(Arc::clone(&self.view));
        let modes = Modes::new(Arc::clone(&master), self.modes);
        let keys = Keys::new(self.keyboard, Arc::clone(&master), self.name);
        let stdout = StandardStream::new(Stream::Stdout);
        let painter = Painter::new(stdout, self.view, modes, keys);
        let sink = Sink::Painted(Box::new(painter));
        let pump = Pump::new(Stream::Stdout, master, sink, self.listener, command_end);
        let pump = pump.holding(self.slave);
        // Where the terminal forbids background jobs to write, SIGTTOU has to stop this thread.
        let thread = thread::spawn("memtop-output", &[libc::SIGTTOU], move || pump.run())?;
        pumps.output.push(thread);
        Ok(pumps)
    }
}

/// Whether all output of this process goes to its controlling terminal, in the foreground.
pub(crate) fn is_possible() -> bool {
    let (Ok(out), Ok(err)) = (fstat(stdout()), fstat(stderr())) else {
        return false;
    };
    out.st_rdev == err.st_rdev
        && own_process_group().is_some_and(|own| tcgetpgrp(stdout()) == Ok(own))
}
