//! Lines below the command's output, and messages between.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, MutexGuard};

use memtop_proc::lock;
use rustix::stdio::stdout;
use rustix::termios::tcgetwinsize;

use crate::event::Event;

/// What to show below the command's output. The thread that carries the output draws it, when the
/// output allows.
#[derive(Debug)]
pub struct View {
    event: Event,
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) lines: Vec<String>,
    pub(crate) messages: Vec<String>,
    pub(crate) is_hidden: bool,
}

impl View {
    /// # Errors
    /// When there is no descriptor left.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            event: Event::new()?,
            content: Mutex::default(),
        })
    }

    /// Replaces the lines. They must fit the terminal's width and hold nothing that moves the
    /// cursor.
    pub fn show(&self, lines: Vec<String>) {
        self.content().lines = lines;
        self.wake();
    }

    /// Prints a message between the command's lines.
    pub fn print(&self, text: String) {
        self.content().messages.push(text);
        self.wake();
    }

    /// Whether a window still draws it.
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

    /// Hides the lines, or shows them again.
    pub(crate) fn hide(&self, is_hidden: bool) {
        self.content().is_hidden = is_hidden;
        self.wake();
    }

    pub(crate) fn content(&self) -> MutexGuard<'_, Content> {
        lock(&self.content)
    }

    /// To be called before the content is read, so that no change is missed.
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
