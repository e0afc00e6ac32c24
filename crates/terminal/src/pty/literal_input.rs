//! Encodes input that is not typed, so that it passes a terminal unaltered.

use std::time::{Duration, Instant};

use crate::pty::line_discipline::LineDiscipline;

/// A terminal keeps 4095 bytes of a line and drops the rest. A longer line is passed on in parts.
const PART_BYTES: usize = 2048;
/// How often the end is passed on to programs that read single keys, such as shells.
const END_INTERVAL: Duration = Duration::from_secs(1);
/// The key for the end of input, which such programs understand.
const CONTROL_D: u8 = 4;

#[derive(Debug, Default)]
pub(crate) struct LiteralEncoder {
    /// How many bytes of a line have been passed on without its end.
    column: usize,
    /// When the end was last passed on to a program that reads single keys.
    last_end: Option<Instant>,
}

impl LiteralEncoder {
    /// What must be typed for the reader to get these bytes.
    pub(crate) fn encode(&mut self, discipline: &LineDiscipline, bytes: &[u8]) -> Vec<u8> {
        if !discipline.canonical {
            self.column = 0;
            return bytes.to_vec();
        }
        let mut typed = Vec::with_capacity(bytes.len() + bytes.len() / 8);
        for &byte in bytes {
            if self.column >= PART_BYTES && discipline.end_of_file != 0 {
                typed.push(discipline.end_of_file);
                self.column = 0;
            }
            if discipline.literal_next != 0 && discipline.alters(byte) {
                typed.push(discipline.literal_next);
            }
            typed.push(byte);
            self.column = if byte == b'\n' { 0 } else { self.column + 1 };
        }
        typed
    }

    /// What must be typed for the end of input, once everything before it has been read. Within a
    /// line this at first only passes on what there is of the line. To be repeated: every further
    /// reader finds the end as well.
    pub(crate) fn encode_end(&mut self, discipline: &LineDiscipline) -> Option<u8> {
        if discipline.canonical {
            self.column = 0;
            self.last_end = None;
            return Some(discipline.end_of_file).filter(|&byte| byte != 0);
        }
        if self
            .last_end
            .is_some_and(|last| last.elapsed() < END_INTERVAL)
        {
            return None;
        }
        self.last_end = Some(Instant::now());
        Some(CONTROL_D)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: LineDiscipline = LineDiscipline {
        canonical: true,
        interrupt: 3,
        quit: 28,
        suspend: 26,
        literal_next: 22,
        end_of_file: 4,
        others: [127, 21, 23, 18, 17, 19, b'\r'],
    };

    #[test]
    fn special_bytes_are_made_literal() {
        let mut encoder = LiteralEncoder::default();
        assert_eq!(
            encoder.encode(&LINES, b"a\x03\r\0\n"),
            b"a\x16\x03\x16\r\0\n"
        );
        assert_eq!(
            encoder.encode(&LineDiscipline::default(), b"a\x03\r"),
            b"a\x03\r"
        );
    }

    #[test]
    fn a_long_line_is_passed_on_in_parts() {
        let mut encoder = LiteralEncoder::default();
        let typed = encoder.encode(&LINES, &[b'x'; 5000]);
        assert_eq!(typed.len(), 5002);
        assert_eq!((typed[2048], typed[4097]), (4, 4));
        assert!(!encoder.encode(&LINES, &[b'\n'; 5000]).contains(&4));
    }

    #[test]
    fn a_program_that_reads_keys_gets_the_end_once_in_a_while() {
        let mut encoder = LiteralEncoder::default();
        let keys = LineDiscipline::default();
        assert_eq!(encoder.encode_end(&keys), Some(4));
        assert_eq!(encoder.encode_end(&keys), None);
        assert_eq!(encoder.encode_end(&LINES), Some(4));
        assert_eq!(encoder.encode_end(&keys), Some(4));
    }
}
