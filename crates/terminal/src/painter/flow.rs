//! What the bytes that a command writes do to a terminal, as far as it decides whether something
//! else may be drawn there: where a sequence is complete, in which column the cursor is, and
//! whether the command has taken the screen for itself.

/// How long the parameters of a sequence are that can matter here.
const PARAMETERS_BYTES: usize = 32;
const TAB_COLUMNS: u32 = 8;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// One more byte ends it.
    Intermediate,
    Control,
    /// Text for the terminal, until BEL or ST.
    Text,
    TextEscape,
    /// So many bytes of a character are still to come.
    Character(u8),
}

/// The cursor's column. At the width of the screen the next character begins a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// Between the two, since characters differ in width.
    Between(u32, u32),
    Unknown,
}

const FIRST: Column = Column::Between(0, 0);

#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a mode of its own")]
pub(crate) struct Flow {
    state: State,
    parameters: Vec<u8>,
    column: Column,
    /// How far something may have been written on the cursor's line.
    written: u32,
    /// How many lines the command has moved up from the last one.
    lines_up: u32,
    /// A line's end takes the cursor to the first column.
    returns: bool,
    width: u32,
    rows: u32,
    is_alternate: bool,
    wraps: bool,
    /// Within a frame of the command's own.
    is_in_frame: bool,
    /// Lines that have been ended since the cursor was last put somewhere.
    lines_since_addressed: Option<u32>,
    /// The same of the screen below the alternate one.
    lines_since_addressed_before: Option<u32>,
    /// The cursor is in the first column of the first line, and nothing has been done there.
    is_home: bool,
    /// Nothing has been written since the screen was cleared.
    is_fresh: bool,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            state: State::Ground,
            parameters: Vec::with_capacity(PARAMETERS_BYTES),
            // Where the shell has left it.
            column: FIRST,
            written: 0,
            lines_up: 0,
            returns: false,
            width: 80,
            rows: 24,
            is_alternate: false,
            wraps: true,
            is_in_frame: false,
            lines_since_addressed: None,
            lines_since_addressed_before: None,
            is_home: false,
            is_fresh: false,
        }
    }
}

impl Flow {
    pub(crate) fn resize(&mut self, rows: u32, width: u32) {
        self.rows = rows;
        if width != self.width {
            self.width = width;
            // The terminal may have broken lines anew.
            if self.column != FIRST {
                self.column = Column::Unknown;
            }
        }
    }

    /// How many of the bytes end with something complete.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> usize {
        let mut complete = 0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.state == State::Ground && (0x20..0x7f).contains(&byte) {
                let rest = &bytes[at..];
                let run = rest
                    .iter()
                    .position(|byte| !(0x20..0x7f).contains(byte))
                    .unwrap_or(rest.len());
                self.print(run);
                at += run;
                complete = at;
                continue;
            }
            self.step(byte);
            at += 1;
            if self.state == State::Ground {
                complete = at;
            }
        }
        complete
    }

    /// Whether what was read ends with something complete.
    pub(crate) fn is_complete(&self) -> bool {
        self.state == State::Ground
    }

    /// Whether the screen belongs to the command alone.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_alternate || self.lines_since_addressed.is_some() || self.is_home && !self.is_fresh
    }

    /// Whether the next character would not begin a line: to move the cursor and back loses that.
    pub(crate) fn is_within_line(&self) -> bool {
        matches!(self.column, Column::Between(_, high) if high < self.width)
    }

    /// Whether there is nothing behind the cursor on its line.
    pub(crate) fn is_at_line_end(&self) -> bool {
        matches!(self.column, Column::Between(low, _) if low >= self.written)
    }

    /// Whether the command has written nothing below the cursor.
    pub(crate) fn is_on_last_line(&self) -> bool {
        self.lines_up == 0
    }

    /// Tells what the terminal makes of a line's end.
    pub(crate) fn set_returns(&mut self, returns: bool) {
        self.returns = returns;
    }

    pub(crate) fn is_at_line_start(&self) -> bool {
        self.column == FIRST
    }

    pub(crate) fn is_in_frame(&self) -> bool {
        self.is_in_frame
    }

    pub(crate) fn wraps(&self) -> bool {
        self.wraps
    }

    /// Somebody else has ended the line.
    pub(crate) fn begin_line(&mut self) {
        self.column = FIRST;
        self.written = 0;
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Text, 0x1b) => State::TextEscape,
            (State::TextEscape, b'\\') | (State::Text, 0x07) => State::Ground,
            (State::TextEscape, _) => self.escape(byte),
            // Cancelled.
            (_, 0x18 | 0x1a) => State::Ground,
            (State::Text, _) => State::Text,
            (_, 0x1b) => State::Escape,
            (State::Escape, _) => self.escape(byte),
            (State::Intermediate, 0x20..=0x2f) => State::Intermediate,
            (State::Intermediate, _) => State::Ground,
            (State::Control, _) => self.control(byte),
            (State::Character(left), 0x80..=0xbf) if left > 1 => State::Character(left - 1),
            (State::Character(_), 0x80..=0xbf) => {
                self.print_wide();
                State::Ground
            }
            // What was begun is not a character; this byte is one of its own.
            (State::Character(_) | State::Ground, _) => self.ground(byte),
        };
    }

    fn ground(&mut self, byte: u8) -> State {
        match byte {
            b'\r' => self.column = FIRST,
            b'\n' | 0x0b | 0x0c => self.end_line(),
            0x08 => self.move_by(-1),
            b'\t' => self.tab(),
            0x20..=0x7e => self.print(1),
            0xc2..=0xdf => return State::Character(1),
            0xe0..=0xef => return State::Character(2),
            0xf0..=0xf4 => return State::Character(3),
            // Shown as something, or not at all.
            0x80..=0xff => self.print_wide(),
            _ => {}
        }
        State::Ground
    }

    fn escape(&mut self, byte: u8) -> State {
        match byte {
            b'[' => {
                self.parameters.clear();
                return State::Control;
            }
            b']' | b'P' | b'X' | b'^' | b'_' => return State::Text,
            0x20..=0x2f => return State::Intermediate,
            b'7' => self.address(),
            b'8' => {
                self.address();
                self.column = Column::Unknown;
            }
            b'E' => {
                self.end_line();
                self.column = FIRST;
            }
            b'D' => self.move_down(1),
            b'M' => self.move_up(1),
            b'c' => {
                self.is_alternate = false;
                self.wraps = true;
                self.is_in_frame = false;
                self.column = FIRST;
                self.clear();
            }
            _ => {}
        }
        State::Ground
    }

    fn control(&mut self, byte: u8) -> State {
        match byte {
            0x20..=0x3f => {
                if self.parameters.len() < PARAMETERS_BYTES {
                    self.parameters.push(byte);
                }
                return State::Control;
            }
            0x40..=0x7e => self.finish_control(byte),
            // A control within a sequence acts at once.
            b'\r' => self.column = FIRST,
            b'\n' => self.end_line(),
            _ => {}
        }
        if byte < 0x20 {
            State::Control
        } else {
            State::Ground
        }
    }

    fn finish_control(&mut self, last: u8) {
        let parameters = std::mem::take(&mut self.parameters);
        if let Some(private) = parameters.strip_prefix(b"?") {
            if matches!(last, b'h' | b'l') {
                for mode in private.split(|&byte| byte == b';') {
                    self.set_mode(mode, last == b'h');
                }
            }
        } else if parameters
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        {
            self.move_or_erase(&parameters, last);
        }
        self.parameters = parameters;
    }

    fn set_mode(&mut self, mode: &[u8], is_on: bool) {
        match mode {
            b"47" | b"1047" | b"1049" => {
                self.lines_up = 0;
                self.written = u32::MAX;
                if is_on && !self.is_alternate {
                    self.lines_since_addressed_before = self.lines_since_addressed;
                } else if !is_on && self.is_alternate {
                    self.lines_since_addressed = self.lines_since_addressed_before;
                }
                self.is_alternate = is_on;
                // The cursor is back where it was; nobody has noted where.
                self.column = Column::Unknown;
                self.is_home = false;
                self.is_fresh = false;
            }
            b"6" => self.address(),
            b"7" => self.wraps = is_on,
            b"2026" => self.is_in_frame = is_on,
            _ => {}
        }
    }

    fn move_or_erase(&mut self, parameters: &[u8], last: u8) {
        let mut numbers = parameters
            .split(|byte| matches!(byte, b';' | b':'))
            .map(number);
        let first = numbers.next().flatten();
        let count = i64::from(first.unwrap_or(1).max(1));
        match last {
            b'A' => self.move_up(count),
            b'B' | b'e' => self.move_down(count),
            b'C' | b'a' => self.move_by(count),
            b'D' => self.move_by(-count),
            b'E' => {
                self.move_down(count);
                self.column = FIRST;
            }
            b'F' => {
                self.move_up(count);
                self.column = FIRST;
            }
            b'G' | b'`' => {
                let column = u32::try_from(count - 1).unwrap_or(0).min(self.width - 1);
                self.column = Column::Between(column, column);
            }
            b'H' | b'f' if count == 1 && numbers.next().flatten().unwrap_or(1) <= 1 => {
                self.column = FIRST;
                self.is_home = true;
            }
            b'H' | b'f' | b'd' | b'r' | b's' => self.address(),
            b'u' => {
                self.address();
                self.column = Column::Unknown;
            }
            b'K' if first.unwrap_or(0) != 1 => self.erase_rest(),
            b'J' if first.unwrap_or(0) == 0 && !self.is_home => {
                self.erase_rest();
                self.lines_up = 0;
            }
            b'J' if first.unwrap_or(0) >= 2 || self.is_home => self.clear(),
            _ => {}
        }
    }

    /// From here on the command knows the place of each character.
    fn address(&mut self) {
        self.lines_since_addressed = Some(0);
        self.column = Column::Unknown;
    }

    fn clear(&mut self) {
        self.lines_up = 0;
        self.written = 0;
        self.lines_since_addressed = None;
        self.is_fresh = true;
    }

    /// Something is written where the cursor is.
    fn touch(&mut self) {
        if self.is_home && !self.is_fresh {
            self.lines_since_addressed = Some(0);
        }
        self.is_home = false;
        self.is_fresh = false;
    }

    fn end_line(&mut self) {
        self.touch();
        self.move_down(1);
        if self.returns {
            self.column = FIRST;
        }
        if let Some(lines) = &mut self.lines_since_addressed {
            *lines += 1;
            if *lines >= self.rows {
                // All of that has scrolled away.
                self.lines_since_addressed = None;
            }
        }
    }

    fn print(&mut self, count: usize) {
        self.touch();
        let count = u32::try_from(count).unwrap_or(u32::MAX / 2);
        self.column = match self.column {
            Column::Between(low, high) if high + count <= self.width => {
                Column::Between(low + count, high + count)
            }
            Column::Between(low, high) if low == high && self.wraps => {
                let column = (low + count - 1) % self.width + 1;
                Column::Between(column, column)
            }
            _ => Column::Unknown,
        };
        self.note_written();
    }

    /// Takes no column, one or two.
    fn print_wide(&mut self) {
        self.touch();
        self.column = match self.column {
            Column::Between(low, high) if high + 2 <= self.width => Column::Between(low, high + 2),
            _ => Column::Unknown,
        };
        self.note_written();
    }

    fn note_written(&mut self) {
        self.written = match self.column {
            Column::Between(low, _) => self.written.max(low),
            Column::Unknown => u32::MAX,
        };
    }

    fn erase_rest(&mut self) {
        self.written = match self.column {
            Column::Between(low, _) => self.written.min(low),
            Column::Unknown => u32::MAX,
        };
    }

    /// What is there has been written before.
    fn move_up(&mut self, count: i64) {
        self.move_by(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.lines_up = self.lines_up.saturating_add(count).min(self.rows);
        self.written = u32::MAX;
    }

    fn move_down(&mut self, count: i64) {
        self.move_by(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let is_new = count > self.lines_up;
        self.lines_up = self.lines_up.saturating_sub(count);
        self.written = if is_new { 0 } else { u32::MAX };
    }

    fn tab(&mut self) {
        let last = self.width - 1;
        let next = |column: u32| ((column / TAB_COLUMNS + 1) * TAB_COLUMNS).min(last);
        if let Column::Between(low, high) = self.column {
            self.column = Column::Between(next(low), next(high));
        }
    }

    /// Every movement takes back that the next character would begin a line.
    fn move_by(&mut self, count: i64) {
        let last = self.width - 1;
        let moved = |column: u32| {
            let wanted = i64::from(column.min(last)) + count;
            u32::try_from(wanted.clamp(0, i64::from(last))).unwrap_or(last)
        };
        if let Column::Between(low, high) = self.column {
            self.column = Column::Between(moved(low), moved(high));
        }
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Flow {
        let mut flow = Flow::default();
        flow.read(text.as_bytes());
        flow
    }

    #[test]
    fn a_sequence_or_a_character_that_is_cut_is_not_complete() {
        for text in ["a\x1b", "a\x1b[3", "a\x1b]0;title", "a\x1b(", "a\x1bPq#0"] {
            let mut flow = Flow::default();
            assert_eq!(flow.read(text.as_bytes()), 1, "{text:?}");
            assert!(!flow.is_complete(), "{text:?}");
        }
        let mut flow = Flow::default();
        assert_eq!(flow.read(&"é🦀".as_bytes()[..4]), 2);
        assert_eq!(flow.read(&"🦀".as_bytes()[2..]), 2);
        assert!(flow.is_complete());
    }

    #[test]
    fn what_is_broken_off_does_not_last() {
        assert!(after("\u{1b}[31\u{18}x").is_complete());
        assert!(after("\u{1b}]0;title\u{1b}\\x").is_complete());
        let mut flow = Flow::default();
        flow.read(b"\xe2\x82x");
        assert!(flow.is_complete());
    }

    #[test]
    fn a_full_line_is_not_left_before_it_is_known_to_be_over() {
        assert!(after(&"x".repeat(79)).is_within_line());
        assert!(!after(&"x".repeat(80)).is_within_line());
        assert!(after(&"x".repeat(81)).is_within_line());
        assert!(!after(&"x".repeat(160)).is_within_line());
        assert!(after(&format!("{}\r\n", "x".repeat(80))).is_at_line_start());
        assert!(!after(&"漢".repeat(40)).is_within_line());
        assert!(after(&format!("{}\x1b[32m", "x".repeat(40))).is_within_line());
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
    fn lines_that_the_command_goes_back_to_are_its_own() {
        let mut flow = after("one\r\ntwo\r\nthree\x1b[2A\r");
        assert!(!flow.is_on_last_line());
        flow.read(b"ONE\r\n\x1b[B");
        assert!(flow.is_on_last_line());
        for text in ["a\r\nb\x1b[F", "a\r\nb\x1bM"] {
            assert!(!after(text).is_on_last_line(), "{text:?}");
            assert!(
                after(&format!("{text}\x1b[J")).is_on_last_line(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn where_the_terminal_returns_a_line_ends_at_its_beginning() {
        let mut flow = Flow::default();
        flow.set_returns(true);
        flow.read(b"abc\n");
        assert!(flow.is_at_line_start());
        assert!(!after("abc\n").is_at_line_start());
    }

    #[test]
    fn the_alternate_screen_is_the_commands_until_it_is_left() {
        assert!(after("\x1b[?1049h\x1b[2;2Hx").is_taken());
        assert!(after("\x1b[?1h\x1b[?47;25h").is_taken());
        let mut flow = after("\x1b[?1049h\x1b[5;5Hx");
        flow.read(b"\x1b[?1049l\r");
        assert!(!flow.is_taken());
    }

    #[test]
    fn a_screen_with_addressed_parts_is_taken_until_they_have_scrolled_away() {
        for text in [
            "\x1b[5;1Hx",
            "\x1b[2;20r",
            "\x1b7",
            "\x1b[s",
            "\x1b[3d",
            "\x1b[Hx",
        ] {
            let mut flow = after(text);
            assert!(flow.is_taken(), "{text:?}");
            flow.read("line\r\n".repeat(24).as_bytes());
            assert!(!flow.is_taken(), "{text:?}");
        }
    }

    #[test]
    fn a_screen_that_was_cleared_is_nobodys() {
        for text in [
            "\x1b[H\x1b[2J\x1b[3J",
            "\x1b[2J\x1b[3J\x1b[H",
            "\x1b[H\x1b[J",
            "\x1bc",
        ] {
            assert!(!after(text).is_taken(), "{text:?}");
            assert!(
                !after(&format!("\x1b[9;9Hx{text}line")).is_taken(),
                "{text:?}"
            );
        }
    }
}
