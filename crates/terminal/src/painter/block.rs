//! Lines below the cursor, drawn without knowing where on the screen the cursor is.

use std::fmt::Write;

/// Terminals with synchronized output show what stands between these at once.
pub(crate) const BEGIN_FRAME: &str = "\x1b[?2026h";
pub(crate) const END_FRAME: &str = "\x1b[?2026l";
/// Erases everything below the cursor's line. There must be a line below.
pub(crate) const ERASE_BELOW: &str = "\x1b7\x1b[0m\x1b[B\r\x1b[J\x1b8";
/// Erases what is behind the cursor on its line.
pub(crate) const ERASE_LINE_END: &str = "\x1b7\x1b[0m\x1b[K\x1b8";

/// Scrolls until there are this many lines below the cursor. Its column stays.
pub(crate) fn make_room(count: usize, into: &mut String) {
    for _ in 0..count {
        into.push_str("\x1bD");
    }
    let _ = write!(into, "\x1b[{count}A");
}

/// Draws the lines below the cursor, where there must be room. Colours and the cursor stay.
pub(crate) fn draw(lines: &[String], wraps: bool, into: &mut String) {
    into.push_str("\x1b7\x1b[0m\x0f\x1b(B\x1b[?7l");
    for line in lines {
        into.push_str("\x1b[B\r");
        into.push_str(line);
        into.push_str("\x1b[0m\x1b[K");
    }
    into.push_str(if wraps { "\x1b[?7h\x1b8" } else { "\x1b8" });
}
