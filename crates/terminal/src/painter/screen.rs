//! The terminal's screen as the command leaves it, as far as it decides whether lines can be drawn
//! below: the cursor's column, what lies behind and below the cursor, and whether the command draws
//! the whole screen.

use crate::painter::column::Column;

#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a mode of its own")]
pub(crate) struct Screen {
    rows: u32,
    width: u32,
    pub(super) column: Column,
    /// How far the cursor's line may hold text.
    written: u32,
    /// How many lines the cursor is above the last one.
    lines_up: u32,
    /// The terminal adds a carriage return to a line feed.
    newline_returns: bool,
    pub(super) wraps: bool,
    pub(super) in_synchronized_update: bool,
    is_alternate: bool,
    /// Lines ended since the command last addressed a position.
    lines_since_addressed: Option<u32>,
    /// The same of the main screen, while the alternate one is shown.
    main_lines_since_addressed: Option<u32>,
    /// The cursor is in the top left corner, and nothing has been written there yet.
    is_home: bool,
    /// Nothing has been written since the screen was cleared.
    is_blank: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            rows: 24,
            width: 80,
            // Where the shell has left it.
            column: Column::FIRST,
            written: 0,
            lines_up: 0,
            newline_returns: false,
            wraps: true,
            in_synchronized_update: false,
            is_alternate: false,
            lines_since_addressed: None,
            main_lines_since_addressed: None,
            is_home: false,
            is_blank: false,
        }
    }
}

/// What the painter asks, and what it changes itself.
impl Screen {
    pub(crate) fn resize(&mut self, rows: u32, width: u32) {
        self.rows = rows;
        if width != self.width {
            self.width = width;
            // The terminal may have rewrapped its lines.
            if self.column != Column::FIRST {
                self.column = Column::Unknown;
            }
        }
    }

    /// Whether the command draws the whole screen: the alternate one, or by addressing positions.
    pub(crate) fn is_full_screen(&self) -> bool {
        self.is_alternate || self.lines_since_addressed.is_some() || self.is_home && !self.is_blank
    }

    /// Whether no wrap is pending: one is lost when the cursor is saved and restored.
    pub(crate) fn can_save_cursor(&self) -> bool {
        matches!(self.column, Column::Between(_, high) if high < self.width)
    }

    /// Whether there is nothing behind the cursor on its line.
    pub(crate) fn is_at_line_end(&self) -> bool {
        self.column.lowest().is_some_and(|low| low >= self.written)
    }

    /// Whether the command has written nothing below the cursor.
    pub(crate) fn is_on_last_line(&self) -> bool {
        self.lines_up == 0
    }

    pub(crate) fn is_at_line_start(&self) -> bool {
        self.column == Column::FIRST
    }

    pub(crate) fn is_in_synchronized_update(&self) -> bool {
        self.in_synchronized_update
    }

    pub(crate) fn wraps(&self) -> bool {
        self.wraps
    }

    /// Sets whether the terminal adds a carriage return to a line feed.
    pub(crate) fn set_newline_returns(&mut self, newline_returns: bool) {
        self.newline_returns = newline_returns;
    }

    /// The painter has ended the line.
    pub(crate) fn begin_line(&mut self) {
        self.column = Column::FIRST;
        self.written = 0;
    }
}

/// What the command does.
impl Screen {
    pub(super) fn print_ascii(&mut self, count: usize) {
        self.write_at_cursor();
        self.column = self.column.after_ascii(count, self.width, self.wraps);
        self.extend_written();
    }

    /// A character that takes no column, one or two.
    pub(super) fn print_character(&mut self) {
        self.write_at_cursor();
        self.column = self.column.after_character(self.width);
        self.extend_written();
    }

    pub(super) fn end_line(&mut self) {
        self.write_at_cursor();
        self.move_down(1);
        if self.newline_returns {
            self.column = Column::FIRST;
        }
        if let Some(lines) = &mut self.lines_since_addressed {
            *lines += 1;
            if *lines >= self.rows {
                // All of that has scrolled away.
                self.lines_since_addressed = None;
            }
        }
    }

    pub(super) fn tab(&mut self) {
        self.column = self.column.after_tab(self.width);
    }

    /// To the right, or to the left where the count is negative.
    pub(super) fn move_by(&mut self, count: i64) {
        self.column = self.column.moved_by(count, self.width);
    }

    pub(super) fn move_to_column(&mut self, column: u32) {
        self.column = Column::at(column.min(self.width - 1));
    }

    /// What is there has been written before.
    pub(super) fn move_up(&mut self, count: i64) {
        self.move_by(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.lines_up = self.lines_up.saturating_add(count).min(self.rows);
        self.written = u32::MAX;
    }

    pub(super) fn move_down(&mut self, count: i64) {
        self.move_by(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let is_new = count > self.lines_up;
        self.lines_up = self.lines_up.saturating_sub(count);
        self.written = if is_new { 0 } else { u32::MAX };
    }

    pub(super) fn move_home(&mut self) {
        self.column = Column::FIRST;
        self.is_home = true;
    }

    /// From here on the command knows the position of what it writes.
    pub(super) fn address(&mut self) {
        self.lines_since_addressed = Some(0);
        self.column = Column::Unknown;
    }

    pub(super) fn erase_to_line_end(&mut self) {
        self.written = match self.column {
            Column::Between(low, _) => self.written.min(low),
            Column::Unknown => u32::MAX,
        };
    }

    /// Erases from the cursor to the end of the screen.
    pub(super) fn erase_below(&mut self) {
        if self.is_home {
            self.clear();
        } else {
            self.erase_to_line_end();
            self.lines_up = 0;
        }
    }

    /// Erases from the beginning of the screen to the cursor.
    pub(super) fn erase_above(&mut self) {
        if self.is_home {
            self.clear();
        }
    }

    pub(super) fn clear(&mut self) {
        self.lines_up = 0;
        self.written = 0;
        self.lines_since_addressed = None;
        self.is_blank = true;
    }

    pub(super) fn reset(&mut self) {
        self.is_alternate = false;
        self.wraps = true;
        self.in_synchronized_update = false;
        self.column = Column::FIRST;
        self.clear();
    }

    pub(super) fn show_alternate(&mut self, is_shown: bool) {
        if is_shown && !self.is_alternate {
            self.main_lines_since_addressed = self.lines_since_addressed;
        } else if !is_shown && self.is_alternate {
            self.lines_since_addressed = self.main_lines_since_addressed;
        }
        self.is_alternate = is_shown;
        self.lines_up = 0;
        self.written = u32::MAX;
        // The cursor returns to a position that is not kept here.
        self.column = Column::Unknown;
        self.is_home = false;
        self.is_blank = false;
    }

    fn write_at_cursor(&mut self) {
        if self.is_home && !self.is_blank {
            self.lines_since_addressed = Some(0);
        }
        self.is_home = false;
        self.is_blank = false;
    }

    fn extend_written(&mut self) {
        self.written = match self.column {
            Column::Between(low, _) => self.written.max(low),
            Column::Unknown => u32::MAX,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::Screen;
    use crate::painter::parser::Parser;

    fn after(text: &str) -> Screen {
        let mut screen = Screen::default();
        write(&mut screen, text);
        screen
    }

    fn write(screen: &mut Screen, text: &str) {
        Parser::default().advance(text.as_bytes(), screen);
    }

    #[test]
    fn the_cursor_cannot_be_saved_while_a_wrap_may_be_pending() {
        assert!(after(&"x".repeat(79)).can_save_cursor());
        assert!(!after(&"x".repeat(80)).can_save_cursor());
        assert!(after(&"x".repeat(81)).can_save_cursor());
        assert!(!after(&"x".repeat(160)).can_save_cursor());
        assert!(after(&format!("{}\r\n", "x".repeat(80))).is_at_line_start());
        assert!(!after(&"漢".repeat(40)).can_save_cursor());
        assert!(after(&format!("{}\x1b[32m", "x".repeat(40))).can_save_cursor());
    }

    #[test]
    fn the_end_of_a_line_is_where_nothing_is_behind_the_cursor() {
        for text in [
            "",
            "abc",
            "abc\r\n",
            "abc\rdefg",
            "abc\x1b[2D\x1b[K",
            "abc\r\x1b[J",
        ] {
            assert!(after(text).is_at_line_end(), "{text:?}");
        }
        for text in ["abc\r", "abc\rde", "abc\x08", "a\r\nb\x1b[A"] {
            assert!(!after(text).is_at_line_end(), "{text:?}");
        }
    }

    #[test]
    fn the_cursor_is_on_the_last_line_once_nothing_is_below_it() {
        let mut screen = after("one\r\ntwo\r\nthree\x1b[2A\r");
        assert!(!screen.is_on_last_line());
        write(&mut screen, "ONE\r\n\x1b[B");
        assert!(screen.is_on_last_line());
        for text in ["a\r\nb\x1b[F", "a\r\nb\x1bM"] {
            assert!(!after(text).is_on_last_line(), "{text:?}");
            assert!(
                after(&format!("{text}\x1b[J")).is_on_last_line(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_line_feed_returns_where_the_terminal_adds_a_carriage_return() {
        let mut screen = Screen::default();
        screen.set_newline_returns(true);
        write(&mut screen, "abc\n");
        assert!(screen.is_at_line_start());
        assert!(!after("abc\n").is_at_line_start());
    }

    #[test]
    fn the_alternate_screen_is_full_screen_until_it_is_left() {
        assert!(after("\x1b[?1049h\x1b[2;2Hx").is_full_screen());
        assert!(after("\x1b[?1h\x1b[?47;25h").is_full_screen());
        let mut screen = after("\x1b[?1049h\x1b[5;5Hx");
        write(&mut screen, "\x1b[?1049l\r");
        assert!(!screen.is_full_screen());
    }

    #[test]
    fn an_addressed_screen_is_full_screen_until_its_lines_have_scrolled_away() {
        for text in [
            "\x1b[5;1Hx",
            "\x1b[2;20r",
            "\x1b7",
            "\x1b[s",
            "\x1b[3d",
            "\x1b[Hx",
        ] {
            let mut screen = after(text);
            assert!(screen.is_full_screen(), "{text:?}");
            write(&mut screen, &"line\r\n".repeat(24));
            assert!(!screen.is_full_screen(), "{text:?}");
        }
    }

    #[test]
    fn a_screen_that_was_cleared_is_not_full_screen() {
        for text in [
            "\x1b[H\x1b[2J\x1b[3J",
            "\x1b[2J\x1b[3J\x1b[H",
            "\x1b[H\x1b[J",
            "\x1bc",
        ] {
            assert!(!after(text).is_full_screen(), "{text:?}");
            assert!(
                !after(&format!("\x1b[9;9Hx{text}line")).is_full_screen(),
                "{text:?}"
            );
        }
    }
}
