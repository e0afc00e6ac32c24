//! Where escape sequences and characters begin and end: the states of the
//! [VT500 parser](https://vt100.net/emu/dec_ansi_parser), those merged that end alike.
//!
//! Not the `vte` crate: bytes pass through unaltered, and whether a sequence is open, the one thing
//! asked here, is private there.

use crate::painter::screen::Screen;

/// Longer parameters belong to no sequence that matters here.
const PARAMETERS_BYTES: usize = 32;

const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// A UTF-8 character lacks this many bytes.
    Utf8(u8),
    Escape,
    EscapeIntermediate,
    Csi,
    /// OSC, DCS, SOS, PM or APC. `ESC` of the terminating `ESC \` leaves it.
    ControlString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Ignore,
    PrintAscii,
    PrintCharacter,
    Execute,
    ClearParameters,
    CollectParameter,
    DispatchEscape,
    DispatchCsi,
}

impl State {
    fn transition(self, byte: u8) -> (Self, Action) {
        match (self, byte) {
            (_, CAN | SUB) | (Self::ControlString, BEL) => (Self::Ground, Action::Ignore),
            (_, ESC) => (Self::Escape, Action::Ignore),
            (Self::ControlString, _) => (Self::ControlString, Action::Ignore),
            // A control character within a sequence acts at once.
            (Self::Escape | Self::EscapeIntermediate | Self::Csi, 0x00..=0x1f) => {
                (self, Action::Execute)
            }
            (Self::Escape, b'[') => (Self::Csi, Action::ClearParameters),
            (Self::Escape, b']' | b'P' | b'X' | b'^' | b'_') => {
                (Self::ControlString, Action::Ignore)
            }
            (Self::Escape | Self::EscapeIntermediate, 0x20..=0x2f) => {
                (Self::EscapeIntermediate, Action::Ignore)
            }
            (Self::Escape, _) => (Self::Ground, Action::DispatchEscape),
            (Self::Csi, 0x20..=0x3f) => (Self::Csi, Action::CollectParameter),
            (Self::Csi, 0x40..=0x7e) => (Self::Ground, Action::DispatchCsi),
            (Self::EscapeIntermediate | Self::Csi, _) => (Self::Ground, Action::Ignore),
            (Self::Utf8(1), 0x80..=0xbf) => (Self::Ground, Action::PrintCharacter),
            (Self::Utf8(missing), 0x80..=0xbf) => (Self::Utf8(missing - 1), Action::Ignore),
            // A character that is cut off shows nothing; this byte stands for itself.
            (Self::Ground | Self::Utf8(_), _) => Self::begin(byte),
        }
    }

    /// The transition from the ground state.
    fn begin(byte: u8) -> (Self, Action) {
        match byte {
            0x00..=0x1f => (Self::Ground, Action::Execute),
            0x20..=0x7e => (Self::Ground, Action::PrintAscii),
            0x7f => (Self::Ground, Action::Ignore),
            0xc2..=0xdf => (Self::Utf8(1), Action::Ignore),
            0xe0..=0xef => (Self::Utf8(2), Action::Ignore),
            0xf0..=0xf4 => (Self::Utf8(3), Action::Ignore),
            // No UTF-8: shown as something, or not at all.
            0x80..=0xff => (Self::Ground, Action::PrintCharacter),
        }
    }
}

/// Parses what a command writes, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Parser {
    state: State,
    parameters: Vec<u8>,
}

impl Parser {
    /// Applies the bytes to the screen. Returns how many of them end with something complete.
    pub(super) fn advance(&mut self, bytes: &[u8], screen: &mut Screen) -> usize {
        let mut complete = 0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let text = match self.state {
                State::Ground => leading_ascii(&bytes[at..]),
                _ => 0,
            };
            if text > 0 {
                screen.print_ascii(text);
                at += text;
            } else {
                self.step(byte, screen);
                at += 1;
            }
            if self.is_ground() {
                complete = at;
            }
        }
        complete
    }

    /// Whether neither a sequence nor a character is open.
    pub(super) fn is_ground(&self) -> bool {
        self.state == State::Ground
    }

    fn step(&mut self, byte: u8, screen: &mut Screen) {
        let (next, action) = self.state.transition(byte);
        match action {
            Action::PrintAscii => screen.print_ascii(1),
            Action::PrintCharacter => screen.print_character(),
            Action::Execute => screen.execute(byte),
            Action::ClearParameters => self.parameters.clear(),
            Action::CollectParameter if self.parameters.len() < PARAMETERS_BYTES => {
                self.parameters.push(byte);
            }
            Action::CollectParameter | Action::Ignore => {}
            Action::DispatchEscape => screen.dispatch_escape(byte),
            Action::DispatchCsi => screen.dispatch_csi(&self.parameters, byte),
        }
        self.state = next;
    }
}

fn leading_ascii(bytes: &[u8]) -> usize {
    let end = bytes.iter().position(|byte| !(0x20..0x7f).contains(byte));
    end.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of each byte, whether something is complete behind it.
    fn complete(bytes: &[u8]) -> Vec<bool> {
        let mut state = State::Ground;
        let is_ground = |&byte| {
            state = state.transition(byte).0;
            state == State::Ground
        };
        bytes.iter().map(is_ground).collect()
    }

    fn completed_only_at_end(bytes: &[u8]) -> bool {
        let complete = complete(bytes);
        complete.iter().position(|&is_complete| is_complete) == Some(bytes.len() - 1)
    }

    #[test]
    fn a_sequence_is_complete_with_its_last_byte() {
        for text in [
            "\x1bM",
            "\x1b(B",
            "\x1b #8",
            "\x1b[m",
            "\x1b[?1049h",
            "\x1b[38;5;1m",
            "\x1b[4 q",
            "\x1b]0;title\x07",
            "é",
            "漢",
            "🦀",
        ] {
            assert!(completed_only_at_end(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn every_control_string_ends_with_its_terminator() {
        for kind in ["]", "P", "X", "^", "_"] {
            let text = format!("\x1b{kind}text; é\r\n\x1b\\");
            assert!(completed_only_at_end(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn a_sequence_can_be_cancelled_and_begun_anew() {
        for text in [
            "\x1b\x18",
            "\x1b[31\x18",
            "\x1b]0;title\x1a",
            "\x1b[31\x1b[m",
        ] {
            assert!(completed_only_at_end(text.as_bytes()), "{text:?}");
        }
        assert!(completed_only_at_end(b"\x1b]0;title\x1b\x1b[m"));
    }

    #[test]
    fn a_control_character_within_a_sequence_acts_and_does_not_end_it() {
        for state in [State::Escape, State::EscapeIntermediate, State::Csi] {
            assert_eq!(state.transition(b'\n'), (state, Action::Execute));
        }
    }

    #[test]
    fn a_sequence_or_a_character_that_is_cut_off_is_not_complete() {
        let mut screen = Screen::default();
        for text in ["a\x1b", "a\x1b[3", "a\x1b]0;title", "a\x1b(", "a\x1bPq#0"] {
            let mut parser = Parser::default();
            assert_eq!(parser.advance(text.as_bytes(), &mut screen), 1, "{text:?}");
            assert!(!parser.is_ground(), "{text:?}");
        }
        let mut parser = Parser::default();
        assert_eq!(parser.advance(&"é🦀".as_bytes()[..4], &mut screen), 2);
        assert_eq!(parser.advance(&"🦀".as_bytes()[2..], &mut screen), 2);
        assert!(parser.is_ground());
    }

    #[test]
    fn a_character_that_is_cut_off_ends_with_the_next() {
        assert_eq!(complete(b"\xe2\x82x"), [false, false, true]);
        assert_eq!(
            State::Utf8(1).transition(b'\n'),
            (State::Ground, Action::Execute)
        );
    }
}
