//! Writes what a command writes, and below it what a [`View`] wants to be seen.

pub(crate) mod block;
pub(crate) mod flow;

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::stdio::stdout;
use rustix::termios::tcgetwinsize;

use crate::modes::Modes;
use crate::modes::at_end::note_drawn;
use crate::modes::outer::is_in_foreground;
use crate::output::outlet::Outlet;
use crate::painter::block::{BEGIN_FRAME, END_FRAME, ERASE, ERASE_REST, draw, make_room};
use crate::painter::flow::Flow;
use crate::signals::follow_window_size;
use crate::window::keys::Keys;
use crate::window::view::View;

/// What the eye can follow. While a command writes without a pause, its bytes wait so long.
const FRAME: Duration = Duration::from_millis(33);
/// More than that does not wait.
const WAITING_AT_MOST_BYTES: usize = 256 << 10;
/// The rest of a sequence is awaited so long, while the lines stay.
const REST_WITHIN: Duration = Duration::from_millis(50);
/// Between two looks at the modes while somebody asks for keys.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What must be left to the command of a low terminal.
const ROWS_OF_COMMAND: usize = 4;

#[derive(Debug)]
pub(crate) struct Painter {
    outlet: Outlet,
    view: Arc<View>,
    modes: Modes,
    keys: Keys,
    flow: Flow,
    waiting: Vec<u8>,
    /// So many of them end with something complete.
    complete: usize,
    /// The lines on the screen.
    drawn: Vec<String>,
    /// Nothing was behind the cursor on its line then.
    was_at_line_end: bool,
    size: (u16, u16),
    /// What was written last ends within a sequence.
    is_within_sequence: bool,
    last: Instant,
    due: Option<Instant>,
}

impl Painter {
    pub(crate) fn new(outlet: Outlet, view: Arc<View>, modes: Modes, keys: Keys) -> Self {
        let mut painter = Self {
            outlet,
            view,
            modes,
            keys,
            flow: Flow::default(),
            waiting: Vec::new(),
            complete: 0,
            drawn: Vec::new(),
            was_at_line_end: false,
            size: (0, 0),
            is_within_sequence: false,
            last: Instant::now(),
            due: None,
        };
        painter.look_at_size();
        painter
    }

    pub(crate) fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// Readable when something else is wanted.
    pub(crate) fn event(&self) -> BorrowedFd<'_> {
        self.view.as_fd()
    }

    /// Until when the next call of [`Self::tick`] can wait.
    pub(crate) fn due_in(&self) -> Option<Duration> {
        let due = self
            .due
            .map(|due| due.saturating_duration_since(Instant::now()));
        // Nobody tells when it is over.
        let look = self.modes.asks_for_keys().then_some(LOOK_EVERY);
        due.into_iter().chain(look).min()
    }

    /// Readable when [`Self::carry_keys`] has something to do.
    pub(crate) fn keys(&self) -> Option<BorrowedFd<'_>> {
        self.keys.awaited().filter(|_| self.modes.asks_for_keys())
    }

    pub(crate) fn carry_keys(&mut self) {
        self.keys.carry();
    }

    /// Takes what the command has written.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.look_at_modes();
        let complete = self.flow.read(bytes);
        if self.drawn.is_empty() && self.waiting.is_empty() && !self.is_wanted() {
            self.is_within_sequence = !self.flow.is_complete();
            return self.outlet.write_all(bytes);
        }
        if complete > 0 {
            self.complete = self.waiting.len() + complete;
        }
        self.waiting.extend_from_slice(bytes);
        let now = Instant::now();
        if now - self.last >= FRAME || self.waiting.len() >= WAITING_AT_MOST_BYTES {
            return self.paint();
        }
        self.due.get_or_insert(self.last + FRAME);
        Ok(())
    }

    /// Does what has become due, or is wanted anew.
    pub(crate) fn tick(&mut self) -> Result<(), Errno> {
        self.view.clear_event();
        self.look_at_modes();
        let is_due = self.due.is_some_and(|due| due <= Instant::now());
        if self.waiting.is_empty() || is_due {
            return self.paint();
        }
        Ok(())
    }

    /// Writes everything that is left, and takes the lines away.
    pub(crate) fn finish(&mut self) -> Result<(), Errno> {
        self.look_at_modes();
        self.view.hide(true);
        self.complete = self.waiting.len();
        self.paint()?;
        // The command has left something unfinished that is never finished now.
        let words = std::mem::take(&mut self.view.wanted().words);
        for text in words {
            let lines = text.replace('\n', "\r\n");
            self.outlet
                .write_all(format!("\r\n{lines}\r\n").as_bytes())?;
        }
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        let wanted = self.view.wanted();
        !wanted.words.is_empty()
            || !wanted.is_hidden
                && !wanted.lines.is_empty()
                && !self.flow.is_taken()
                && self.modes.has_plain_lines()
    }

    fn look_at_modes(&mut self) {
        if self.modes.look() {
            self.keys.forget_reader();
        }
        self.flow.set_returns(self.modes.returns());
    }

    /// One write: takes the lines away, writes what was waiting, and puts the lines below.
    fn paint(&mut self) -> Result<(), Errno> {
        let is_resized = self.look_at_size();
        let has_rest = self.complete < self.waiting.len();
        // What a sequence lacks may never come; then the lines go.
        let is_late = self.waiting.len() >= WAITING_AT_MOST_BYTES
            || self.due.is_some_and(|due| due <= Instant::now());
        let is_whole = self.flow.is_complete();
        let keeps_rest = has_rest && !(is_late && self.complete == 0);
        let count = if keeps_rest {
            self.complete
        } else {
            self.waiting.len()
        };
        // Where the last write ended within a sequence, one that writes nothing does so as well.
        let can_draw = is_whole || keeps_rest && (count > 0 || !self.is_within_sequence);
        let words = if can_draw && !self.flow.is_taken() {
            std::mem::take(&mut self.view.wanted().words)
        } else {
            Vec::new()
        };
        let is_aside = !self.modes.has_plain_lines() && !self.view.wanted().is_hidden;
        if count == 0 && words.is_empty() && is_aside {
            // Somebody asks for keys, and may have shown what was not seen here.
            return Ok(());
        }
        let lines = if can_draw {
            self.lines_to_draw()
        } else {
            Vec::new()
        };
        self.last = Instant::now();
        self.due = (self.waiting.len() > count).then(|| self.last + REST_WITHIN);
        if count == 0 && words.is_empty() && lines == self.drawn && !is_resized {
            return Ok(());
        }
        let mut before = String::new();
        let mut after = String::new();
        let in_place = count == 0
            && words.is_empty()
            && !is_resized
            && !lines.is_empty()
            && lines.len() == self.drawn.len();
        if !self.drawn.is_empty() && self.was_at_line_end {
            before.push_str(ERASE_REST);
        }
        if !self.drawn.is_empty() && !in_place {
            // What is typed moves the cursor unseen.
            make_room(if is_resized { self.drawn.len() } else { 1 }, &mut before);
            before.push_str(ERASE);
        }
        for text in &words {
            if !self.flow.is_at_line_start() {
                after.push_str("\r\n");
            }
            after.push_str(&text.replace('\n', "\r\n"));
            after.push_str("\r\n");
            self.flow.begin_line();
        }
        if !lines.is_empty() {
            make_room(lines.len(), &mut after);
            draw(&lines, self.flow.wraps(), &mut after);
        }
        let is_frame = can_draw && !(before.is_empty() && after.is_empty());
        let mut bytes = Vec::with_capacity(count + before.len() + after.len() + 16);
        if is_frame && !self.is_within_sequence {
            bytes.extend_from_slice(BEGIN_FRAME.as_bytes());
        }
        bytes.extend_from_slice(before.as_bytes());
        bytes.extend(self.waiting.drain(..count));
        bytes.extend_from_slice(after.as_bytes());
        if is_frame {
            bytes.extend_from_slice(END_FRAME.as_bytes());
        }
        self.complete = 0;
        self.is_within_sequence = !can_draw;
        self.drawn = lines;
        self.was_at_line_end = self.flow.is_at_line_end();
        note_drawn(!self.drawn.is_empty());
        self.outlet.write_all(&bytes)
    }

    /// What can be shown below the command's output now.
    fn lines_to_draw(&self) -> Vec<String> {
        let wanted = self.view.wanted();
        let has_room = usize::from(self.size.0) >= wanted.lines.len() + ROWS_OF_COMMAND;
        if wanted.is_hidden || wanted.lines.is_empty() || !has_room {
            return Vec::new();
        }
        let is_possible = self.modes.has_plain_lines()
            && !self.flow.is_taken()
            && !self.flow.is_in_frame()
            && self.flow.is_within_line()
            && self.flow.is_on_last_line();
        if is_possible && is_in_foreground(stdout()) {
            wanted.lines.clone()
        } else {
            Vec::new()
        }
    }

    /// Whether it is another one.
    fn look_at_size(&mut self) -> bool {
        let Ok(size) = tcgetwinsize(stdout()) else {
            return false;
        };
        let now = (size.ws_row, size.ws_col.max(1));
        follow_window_size();
        let is_other = now != self.size;
        if is_other {
            self.size = now;
            self.flow.resize(u32::from(now.0), u32::from(now.1));
        }
        is_other
    }
}
