//! Lines below the cursor of a terminal of which nobody knows where the cursor is.

use std::fmt::Write;

/// What stands between is shown at once by terminals that know of it.
pub(crate) const BEGIN_FRAME: &str = "\x1b[?2026h";
pub(crate) const END_FRAME: &str = "\x1b[?2026l";
/// Takes what is below the cursor away. There must be a line below.
pub(crate) const ERASE: &str = "\x1b7\x1b[0m\x1b[B\r\x1b[J\x1b8";
/// Takes what is on the cursor's line behind it away.
pub(crate) const ERASE_REST: &str = "\x1b7\x1b[0m\x1b[K\x1b8";

/// Scrolls until there are so many lines below the cursor, whose column stays what it is.
pub(crate) fn make_room(count: usize, into: &mut String) {
    for _ in 0..count {
        into.push_str("\x1bD");
    }
    let _ = write!(into, "\x1b[{count}A");
}

/// Writes the lines below the cursor, where there is room. Colours and the cursor are as before.
pub(crate) fn draw(lines: &[String], wraps: bool, into: &mut String) {
    into.push_str("\x1b7\x1b[0m\x0f\x1b(B\x1b[?7l");
    for line in lines {
        into.push_str("\x1b[B\r");
        into.push_str(line);
        into.push_str("\x1b[0m\x1b[K");
    }
    into.push_str(if wraps { "\x1b[?7h\x1b8" } else { "\x1b8" });
}
