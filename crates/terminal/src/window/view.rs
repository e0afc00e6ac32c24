//! Lines that are shown below what a command writes, and words between.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard};

use memtop_proc::lock;
use rustix::stdio::stdout;
use rustix::termios::tcgetwinsize;

use crate::event::Event;

/// What is to be shown below the output of a command. Others set it, and
/// the thread that carries the output draws it when there is a time for that.
#[derive(Debug)]
pub struct View {
    event: Event,
    wanted: Mutex<Wanted>,
}

#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) lines: Vec<String>,
    pub(crate) words: Vec<String>,
    /// Nothing is to be drawn.
    pub(crate) is_hidden: bool,
}

impl View {
    /// # Errors
    /// When the operating system has no descriptor to give.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            event: Event::new()?,
            wanted: Mutex::default(),
        })
    }

    /// Shows these lines instead of those before. They must fit the terminal's width and hold
    /// nothing that moves the cursor.
    pub fn show(&self, lines: Vec<String>) {
        self.wanted().lines = lines;
        self.wake();
    }

    /// Says something between the lines of the command.
    pub fn say(&self, text: String) {
        self.wanted().words.push(text);
        self.wake();
    }

    /// Whether somebody draws it.
    #[must_use]
    pub fn is_drawn(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1
    }

    /// Rows and columns of the terminal.
    #[must_use]
    pub fn size(&self) -> Option<(u16, u16)> {
        let size = tcgetwinsize(stdout()).ok()?;
        Some((size.ws_row, size.ws_col))
    }

    /// Has the lines taken away, until it is called with `false`.
    pub(crate) fn hide(&self, is_hidden: bool) {
        self.wanted().is_hidden = is_hidden;
        self.wake();
    }

    pub(crate) fn wanted(&self) -> MutexGuard<'_, Wanted> {
        lock(&self.wanted)
    }

    /// To be called before what is wanted is looked at.
    pub(crate) fn clear_event(&self) {
        self.event.clear();
    }

    fn wake(&self) {
        Event::set(&self.event);
    }
}

impl AsFd for View {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
