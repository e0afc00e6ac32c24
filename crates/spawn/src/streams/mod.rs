//! What a command reads from and writes to: this process's own streams, pipes in between, or a
//! terminal of the command's own.
//!
//! Before the fork a [`Wiring`] opens what is needed. The child takes its [`ChildEnd`] before exec;
//! [`Wiring::begin`] starts the threads that carry the bytes; [`Pumps::finish`] ends them once
//! everything that the command wrote has been passed on.

mod child;
mod control;
mod discipline;
mod end;
mod feed;
mod input;
mod mask;
mod outer;
mod outlet;
mod pipes;
mod pty;
mod pump;
mod suspend;
mod tap;
mod typed;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use child::ChildEnd;
pub use tap::{Stream, Tap};

use crate::signals::OwnTerminal;
use end::End;
use outer::Outer;
use pump::PumpEnd;

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
        /// Sees every byte.
        tap: Option<Tap>,
    },
    /// A terminal of the command's own, connected to this process's stdin and stdout.
    Terminal {
        /// Sees every byte of output, as of [`Stream::Stdout`].
        tap: Option<Tap>,
        /// Rows and columns. Without, they are those of this process's terminal and follow it.
        size: Option<(u16, u16)>,
    },
}

/// What is opened before the fork.
#[derive(Debug)]
pub struct Wiring {
    child: ChildEnd,
    parent: ParentEnd,
}

#[derive(Debug)]
enum ParentEnd {
    Nothing,
    Pipes(pipes::Pipes),
    Terminal(pty::Terminal),
}

impl Wiring {
    /// Opens pipes or a terminal where they are asked for. Every descriptor is close-on-exec.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn new(streams: StreamsUse) -> io::Result<Self> {
        let (child, parent) = match streams {
            StreamsUse::Inherited => (ChildEnd::Inherited, ParentEnd::Nothing),
            StreamsUse::Piped { tee, tap } => {
                let (child, pipes) = pipes::Pipes::open(tee, tap)?;
                (child, ParentEnd::Pipes(pipes))
            }
            StreamsUse::Terminal { tap, size } => {
                let (child, terminal) = pty::Terminal::open(tap, size)?;
                (child, ParentEnd::Terminal(terminal))
            }
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
        }
    }
}

/// How carrying the bytes ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Whether somebody outlived the command and still holds its output open.
    pub held_open: bool,
    /// What did not work, in words.
    pub remarks: Vec<String>,
}

/// The threads that carry bytes while the command runs.
#[derive(Debug, Default)]
pub struct Pumps {
    end: Option<Arc<End>>,
    output: Vec<JoinHandle<PumpEnd>>,
    input: Option<JoinHandle<()>>,
    outer: Option<Arc<Outer>>,
    own_terminal: Option<Arc<OwnTerminal>>,
}

impl Pumps {
    fn until(end: &Arc<End>) -> Self {
        let mut pumps = Self::default();
        pumps.end = Some(Arc::clone(end));
        pumps
    }

    /// To be called once the command has ended. Returns when all that it wrote has been passed on,
    /// with the terminal of this process as it was before. Where survivors hold the output open,
    /// they are listened to until nothing comes for `patience`, and for ten times that at most.
    #[must_use]
    pub fn finish(mut self, patience: Duration) -> Carried {
        self.end_all(patience)
    }

    fn end_all(&mut self, patience: Duration) -> Carried {
        let mut carried = Carried::default();
        if let Some(end) = &self.end {
            end.announce(patience);
        }
        if let Some(input) = self.input.take()
            && input.join().is_err()
        {
            carried.remarks.push("the input thread failed".to_owned());
        }
        for output in self.output.drain(..) {
            match output.join() {
                Ok(ended) => {
                    carried.held_open |= ended.held_open;
                    carried.remarks.extend(ended.remark);
                }
                Err(_) => carried.remarks.push("an output thread failed".to_owned()),
            }
        }
        // The last that the command wrote is meant for a raw terminal.
        drop(self.outer.take());
        drop(self.own_terminal.take());
        carried
    }
}

impl Drop for Pumps {
    fn drop(&mut self) {
        self.end_all(Duration::ZERO);
    }
}
