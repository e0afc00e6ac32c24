//! What a command reads from and writes to: this process's own streams, pipes in between, or a
//! terminal of the command's own.
//!
//! Before the fork [`Streams::open`] opens what is needed. The child takes its [`ChildEnd`] before
//! exec; [`Streams::begin`] starts the threads that carry the bytes; [`Pumps::finish`] ends them
//! once all output of the command has been passed on.

mod child;
mod event;
mod modes;
mod output;
mod painter;
mod pty;
mod signals;
mod window;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use child::ChildEnd;
pub use output::listener::{OutputListener, Stream};
pub use output::survivor_output::SurvivorOutput;
pub use pty::handle::TerminalHandle;
pub use signals::Forwarding;
pub use window::shared::SharedWindow;
pub use window::view::View;

use modes::exit_cleanup::ExitCleanup;
use modes::outer_terminal::OuterTerminal;
use output::command_end::CommandEnd;
use output::pipes::Pipes;
use output::pump::PumpEnd;
use signals::{AttachedTerminal, WindowSize};

/// How long processes that outlive a command may be silent before their output is no longer read.
pub const DRAIN_IDLE_TIMEOUT: Duration = Duration::from_millis(100);

/// What the command's standard streams are.
#[derive(Default)]
pub enum StreamsUse {
    /// Those of this process.
    #[default]
    Inherited,
    /// Its output goes through pipes; its input is that of this process.
    Piped {
        /// Whether this process's own stdout and stderr get every byte.
        tee: bool,
        /// Gets every byte.
        listener: Option<OutputListener>,
    },
    /// A terminal of the command's own, connected to this process's stdin and stdout.
    Terminal {
        /// Gets all output, as [`Stream::Stdout`].
        listener: Option<OutputListener>,
        /// Rows and columns; by default those of this process's terminal, whose changes it follows.
        size: Option<(u16, u16)>,
        /// With a handle the terminal is not connected to this process's own: its output goes to
        /// the listener alone, and its input comes from the handle.
        handle: Option<Arc<TerminalHandle>>,
    },
    /// Those of this process, except that output goes through a terminal of its own, so that a view
    /// can be shown below. The same as [`Self::Inherited`] where the output of this process does
    /// not go to its controlling terminal, or this process is in the background there.
    Window {
        /// Gets all output, as [`Stream::Stdout`].
        listener: Option<OutputListener>,
        /// What to show.
        view: Arc<View>,
    },
    /// Output goes to a window that several commands share.
    Shared(Arc<SharedWindow>),
}

impl StreamsUse {
    /// Opens the window for several commands to write to: `None` where none is asked for, or
    /// nothing can be shown.
    ///
    /// # Errors
    /// When no terminal or no thread can be created.
    pub fn shared_window(self) -> io::Result<Option<SharedWindow>> {
        match self {
            Self::Window { view, .. } if window::is_possible() => {
                SharedWindow::open(view).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// The streams of one command, opened before the fork.
#[derive(Debug)]
pub struct Streams {
    child: ChildEnd,
    parent: ParentEnd,
}

#[derive(Debug)]
enum ParentEnd {
    Nothing,
    Pipes(Pipes),
    Terminal(pty::Terminal),
    Window(window::Window),
    NoView(io::Error),
}

impl Streams {
    /// Opens pipes or a terminal where they are asked for. Every descriptor is close-on-exec.
    ///
    /// # Errors
    /// When one cannot be opened.
    pub fn open(streams: StreamsUse) -> io::Result<Self> {
        let (child, parent) = match streams {
            StreamsUse::Inherited => (ChildEnd::Inherited, ParentEnd::Nothing),
            StreamsUse::Piped { tee, listener } => {
                let (child, pipes) = Pipes::open(tee, listener)?;
                (child, ParentEnd::Pipes(pipes))
            }
            StreamsUse::Terminal {
                listener,
                size,
                handle,
            } => {
                let (child, terminal) = pty::Terminal::open(listener, size, handle)?;
                (child, ParentEnd::Terminal(terminal))
            }
            StreamsUse::Window { .. } if !window::is_possible() => {
                (ChildEnd::Inherited, ParentEnd::Nothing)
            }
            StreamsUse::Window { listener, view } => match window::Window::open(listener, view) {
                Ok((slave, window)) => (ChildEnd::Window(slave), ParentEnd::Window(window)),
                // The command needs no view.
                Err(error) => (ChildEnd::Inherited, ParentEnd::NoView(error)),
            },
            StreamsUse::Shared(window) => (window.child_end()?, ParentEnd::Nothing),
        };
        Ok(Self { child, parent })
    }

    /// Whether the command gets a terminal, and a session, of its own.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self.child, ChildEnd::Terminal(_))
    }

    /// What the child takes between fork and exec.
    #[must_use]
    pub fn child_end(&self) -> &ChildEnd {
        &self.child
    }

    /// Starts to carry bytes, for the command with this pid. Closes the child's end in this
    /// process, so the child must have been forked.
    ///
    /// # Errors
    /// When a thread cannot be started or this process's terminal cannot be made ready.
    pub fn begin(self, command: u32) -> io::Result<Pumps> {
        drop(self.child);
        match self.parent {
            ParentEnd::Nothing => Ok(Pumps::default()),
            ParentEnd::Pipes(pipes) => pipes.begin(),
            ParentEnd::Terminal(terminal) => terminal.begin(command),
            ParentEnd::Window(window) => window.begin(),
            ParentEnd::NoView(error) => {
                let mut pumps = Pumps::default();
                pumps.remark = Some(no_view_remark(&error));
                Ok(pumps)
            }
        }
    }
}

/// The remark for a view that was asked for and cannot be shown.
#[must_use]
pub fn no_view_remark(error: &io::Error) -> String {
    format!("nothing is shown below the output: {error}")
}

/// How the streams ended.
#[derive(Debug, Default)]
pub struct DrainOutcome {
    /// Whether processes that outlive the command hold its output open.
    pub held_open: bool,
    /// What they write from here on, where it must be passed on.
    pub survivor_output: Option<SurvivorOutput>,
    /// What did not work, in words.
    pub remarks: Vec<String>,
}

/// The threads that carry bytes while the command runs.
#[derive(Debug, Default)]
pub struct Pumps {
    command_end: Option<Arc<CommandEnd>>,
    output: Vec<JoinHandle<PumpEnd>>,
    input: Option<JoinHandle<()>>,
    outer_terminal: Option<Arc<OuterTerminal>>,
    attached: Option<Arc<AttachedTerminal>>,
    view: Option<Arc<View>>,
    window_size: Option<WindowSize>,
    exit_cleanup: Option<ExitCleanup>,
    remark: Option<String>,
}

impl Pumps {
    fn until(command_end: &Arc<CommandEnd>) -> Self {
        let mut pumps = Self::default();
        pumps.command_end = Some(Arc::clone(command_end));
        pumps
    }

    /// Hides the view below the output, or shows it again.
    pub fn hide_view(&self, is_hidden: bool) {
        if let Some(view) = &self.view {
            view.hide(is_hidden);
        }
    }

    /// To be called once the command has ended. Returns when all its output has been passed on,
    /// with the terminal of this process restored. Where processes that outlive the command hold
    /// the output open, it is read until nothing comes for `idle_timeout`, and for ten times that
    /// at most.
    #[must_use]
    pub fn finish(mut self, idle_timeout: Duration) -> DrainOutcome {
        self.end_all(idle_timeout)
    }

    fn end_all(&mut self, idle_timeout: Duration) -> DrainOutcome {
        let mut outcome = DrainOutcome::default();
        outcome.remarks.extend(self.remark.take());
        if let Some(command_end) = &self.command_end {
            command_end.announce(idle_timeout);
        }
        if let Some(input) = self.input.take()
            && input.join().is_err()
        {
            outcome.remarks.push("the input thread failed".to_owned());
        }
        for output in self.output.drain(..) {
            match output.join() {
                Ok(end) => {
                    outcome.held_open |= end.held_open;
                    outcome.survivor_output = end.survivor_output;
                    outcome.remarks.extend(end.remark);
                }
                Err(_) => outcome.remarks.push("an output thread failed".to_owned()),
            }
        }
        // Restored last: all output of the command is meant for a raw terminal.
        drop(self.outer_terminal.take());
        drop(self.attached.take());
        drop(self.window_size.take());
        drop(self.exit_cleanup.take());
        outcome
    }
}

impl Drop for Pumps {
    fn drop(&mut self) {
        self.end_all(Duration::ZERO);
    }
}
