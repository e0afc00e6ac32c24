//! Writes the command's output to the terminal, and below it the lines of a [`View`].

pub(crate) mod block;
mod column;
mod controls;
mod parser;
mod screen;

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::stdio::stdout;
use rustix::termios::tcgetwinsize;

use crate::modes::Modes;
use crate::modes::exit_cleanup::note_drawn;
use crate::modes::outer_terminal::is_in_foreground;
use crate::output::standard_stream::StandardStream;
use crate::painter::block::{BEGIN_FRAME, END_FRAME, ERASE_BELOW, ERASE_LINE_END, draw, make_room};
use crate::painter::parser::Parser;
use crate::painter::screen::Screen;
use crate::signals::follow_window_size;
use crate::window::keys::Keys;
use crate::window::view::View;

/// Faster than the eye can follow. While the command writes without a pause, its output waits as
/// long.
const FRAME_INTERVAL: Duration = Duration::from_millis(33);
const MAX_PENDING_BYTES: usize = 256 << 10;
/// How long the lines stay while the end of an open sequence is missing.
const SEQUENCE_TIMEOUT: Duration = Duration::from_millis(50);
/// How often the modes are checked while the command reads keys.
const MODES_INTERVAL: Duration = Duration::from_millis(50);
/// What must be left to the command of a low terminal.
const MIN_COMMAND_ROWS: usize = 4;

#[derive(Debug)]
pub(crate) struct Painter {
    stream: StandardStream,
    view: Arc<View>,
    modes: Modes,
    keys: Keys,
    parser: Parser,
    screen: Screen,
    /// Output that is not written yet.
    pending: Vec<u8>,
    /// How many of the pending bytes end with something complete.
    complete: usize,
    /// The lines on the screen.
    drawn: Vec<String>,
    /// When they were drawn, nothing was behind the cursor on its line.
    was_at_line_end: bool,
    size: (u16, u16),
    /// The last write ended within a sequence.
    left_sequence_open: bool,
    last_paint: Instant,
    due: Option<Instant>,
}

/// What one paint can do with the pending output.
struct PaintPlan {
    /// How many bytes it writes.
    count: usize,
    /// No sequence is open behind them.
    can_draw: bool,
}

impl Painter {
    pub(crate) fn new(stream: StandardStream, view: Arc<View>, modes: Modes, keys: Keys) -> Self {
        let mut painter = Self {
            stream,
            view,
            modes,
            keys,
            parser: Parser::default(),
            screen: Screen::default(),
            pending: Vec::new(),
            complete: 0,
            drawn: Vec::new(),
            was_at_line_end: false,
            size: (0, 0),
            left_sequence_open: false,
            last_paint: Instant::now(),
            due: None,
        };
        painter.update_size();
        painter
    }

    pub(crate) fn stream(&self) -> &StandardStream {
        &self.stream
    }

    /// Readable when the view has changed.
    pub(crate) fn event(&self) -> BorrowedFd<'_> {
        self.view.as_fd()
    }

    /// How long the next call of [`Self::tick`] can wait.
    pub(crate) fn due_in(&self) -> Option<Duration> {
        let due = self
            .due
            .map(|due| due.saturating_duration_since(Instant::now()));
        // No event announces that the command has stopped reading keys.
        let modes_check = self.modes.reads_keys().then_some(MODES_INTERVAL);
        due.into_iter().chain(modes_check).min()
    }

    /// Readable when [`Self::forward_keys`] has something to do.
    pub(crate) fn typed_keys(&self) -> Option<BorrowedFd<'_>> {
        self.keys.typed().filter(|_| self.modes.reads_keys())
    }

    pub(crate) fn forward_keys(&mut self) {
        self.keys.forward();
    }

    /// Takes output of the command.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.update_modes();
        let complete = self.parser.advance(bytes, &mut self.screen);
        if self.drawn.is_empty() && self.pending.is_empty() && !self.has_something_to_draw() {
            self.left_sequence_open = !self.parser.is_ground();
            return self.stream.write_all(bytes);
        }
        if complete > 0 {
            self.complete = self.pending.len() + complete;
        }
        self.pending.extend_from_slice(bytes);
        let since_last = self.last_paint.elapsed();
        if since_last >= FRAME_INTERVAL || self.pending.len() >= MAX_PENDING_BYTES {
            return self.paint();
        }
        self.due.get_or_insert(self.last_paint + FRAME_INTERVAL);
        Ok(())
    }

    /// Paints what is due, and what has changed in the view.
    pub(crate) fn tick(&mut self) -> Result<(), Errno> {
        self.view.clear_event();
        self.update_modes();
        if self.pending.is_empty() || self.is_due() {
            return self.paint();
        }
        Ok(())
    }

    /// Writes all pending output, and erases the lines.
    pub(crate) fn finish(&mut self) -> Result<(), Errno> {
        self.update_modes();
        self.view.hide(true);
        self.complete = self.pending.len();
        self.paint()?;
        // Messages are left where the command has ended within a sequence or in full screen.
        let messages = std::mem::take(&mut self.view.content().messages);
        for message in messages {
            let text = message.replace('\n', "\r\n");
            let text = format!("\r\n{text}\r\n");
            self.stream.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    fn has_something_to_draw(&self) -> bool {
        let content = self.view.content();
        !content.messages.is_empty()
            || !content.is_hidden
                && !content.lines.is_empty()
                && !self.screen.is_full_screen()
                && self.modes.echoes_lines()
    }

    fn is_due(&self) -> bool {
        self.due.is_some_and(|due| due <= Instant::now())
    }

    fn update_modes(&mut self) {
        if self.modes.carry_over() {
            self.keys.forget_reader();
        }
        self.screen
            .set_newline_returns(self.modes.newline_returns());
    }

    /// Whether the size is another one.
    fn update_size(&mut self) -> bool {
        let Ok(size) = tcgetwinsize(stdout()) else {
            return false;
        };
        follow_window_size();
        let current = (size.ws_row, size.ws_col.max(1));
        let has_changed = current != self.size;
        if has_changed {
            self.size = current;
            self.screen
                .resize(u32::from(current.0), u32::from(current.1));
        }
        has_changed
    }

    /// In one write: erases the lines, writes pending output and messages, and draws the lines.
    fn paint(&mut self) -> Result<(), Errno> {
        let is_resized = self.update_size();
        let PaintPlan { count, can_draw } = self.plan_paint();
        let messages = if can_draw && !self.screen.is_full_screen() {
            std::mem::take(&mut self.view.content().messages)
        } else {
            Vec::new()
        };
        let writes_nothing = count == 0 && messages.is_empty();
        if writes_nothing && self.steps_aside() {
            return Ok(());
        }
        let lines = if can_draw {
            self.lines_to_draw()
        } else {
            Vec::new()
        };
        self.last_paint = Instant::now();
        self.due = (self.pending.len() > count).then(|| self.last_paint + SEQUENCE_TIMEOUT);
        let stays = writes_nothing && !is_resized;
        if stays && lines == self.drawn {
            return Ok(());
        }
        let redraws_in_place = stays && !lines.is_empty() && lines.len() == self.drawn.len();
        let mut before = String::new();
        self.erase_lines(is_resized, redraws_in_place, &mut before);
        let mut after = String::new();
        self.print_messages(&messages, &mut after);
        if !lines.is_empty() {
            make_room(lines.len(), &mut after);
            draw(&lines, self.screen.wraps(), &mut after);
        }
        let frame = self.frame(&before, count, &after, can_draw);
        self.complete = 0;
        self.left_sequence_open = !can_draw;
        self.drawn = lines;
        self.was_at_line_end = self.screen.is_at_line_end();
        note_drawn(!self.drawn.is_empty());
        self.stream.write_all(&frame)
    }

    /// What to write of the pending output. The start of a sequence waits for its end, though not
    /// forever.
    fn plan_paint(&self) -> PaintPlan {
        let has_open_sequence = self.complete < self.pending.len();
        let is_late = self.pending.len() >= MAX_PENDING_BYTES || self.is_due();
        let keeps_sequence = has_open_sequence && !(is_late && self.complete == 0);
        if !keeps_sequence {
            return PaintPlan {
                count: self.pending.len(),
                can_draw: self.parser.is_ground(),
            };
        }
        PaintPlan {
            count: self.complete,
            // To write nothing leaves a sequence open that the last write has left open.
            can_draw: self.parser.is_ground() || self.complete > 0 || !self.left_sequence_open,
        }
    }

    /// Whether the command reads keys, and may have written by other ways than through here.
    fn steps_aside(&self) -> bool {
        !self.modes.echoes_lines() && !self.view.content().is_hidden
    }

    /// What can be shown below the command's output.
    fn lines_to_draw(&self) -> Vec<String> {
        let content = self.view.content();
        let has_room = usize::from(self.size.0) >= content.lines.len() + MIN_COMMAND_ROWS;
        if content.is_hidden || content.lines.is_empty() || !has_room {
            return Vec::new();
        }
        let can_draw = self.modes.echoes_lines()
            && !self.screen.is_full_screen()
            && !self.screen.is_in_synchronized_update()
            && self.screen.can_save_cursor()
            && self.screen.is_on_last_line();
        if can_draw && is_in_foreground(stdout()) {
            content.lines.clone()
        } else {
            Vec::new()
        }
    }

    fn erase_lines(&self, is_resized: bool, redraws_in_place: bool, into: &mut String) {
        if self.drawn.is_empty() {
            return;
        }
        if self.was_at_line_end {
            into.push_str(ERASE_LINE_END);
        }
        if !redraws_in_place {
            // Echoed input moves the cursor unnoticed.
            make_room(if is_resized { self.drawn.len() } else { 1 }, into);
            into.push_str(ERASE_BELOW);
        }
    }

    fn print_messages(&mut self, messages: &[String], into: &mut String) {
        for message in messages {
            if !self.screen.is_at_line_start() {
                into.push_str("\r\n");
            }
            into.push_str(&message.replace('\n', "\r\n"));
            into.push_str("\r\n");
            self.screen.begin_line();
        }
    }

    /// Takes the bytes from the pending output, and has the terminal show all of it at once.
    fn frame(&mut self, before: &str, count: usize, after: &str, can_draw: bool) -> Vec<u8> {
        let is_synchronized = can_draw && !(before.is_empty() && after.is_empty());
        let mut frame = Vec::with_capacity(count + before.len() + after.len() + 16);
        if is_synchronized && !self.left_sequence_open {
            frame.extend_from_slice(BEGIN_FRAME.as_bytes());
        }
        frame.extend_from_slice(before.as_bytes());
        frame.extend(self.pending.drain(..count));
        frame.extend_from_slice(after.as_bytes());
        if is_synchronized {
            frame.extend_from_slice(END_FRAME.as_bytes());
        }
        frame
    }
}
