//! Input that is not typed, made to come through a terminal as it is.

use std::time::{Duration, Instant};

use crate::pty::discipline::Discipline;

/// A terminal keeps 4095 bytes of a line and loses the rest. Of a longer one the reader gets a part
/// at a time.
const PART_BYTES: usize = 2048;
/// Programs that read single keys, such as shells, are told of the end so often.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// What people type for the end of input, and such programs understand.
const CONTROL_D: u8 = 4;

#[derive(Debug, Default)]
pub(crate) struct Feed {
    /// So much of a line has been passed on without its end.
    column: usize,
    told: Option<Instant>,
}

impl Feed {
    /// What must be typed for the reader to get these bytes.
    pub(crate) fn typed(&mut self, discipline: &Discipline, bytes: &[u8]) -> Vec<u8> {
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

    /// What must be typed now that there is no more. Everything that the reader can have must have
    /// been read. The first time in a line this only passes on what there is of the line. It is to
    /// be asked for again and again: every further reader finds the end as well.
    pub(crate) fn end(&mut self, discipline: &Discipline) -> Option<u8> {
        if discipline.canonical {
            self.column = 0;
            self.told = None;
            return Some(discipline.end_of_file).filter(|&byte| byte != 0);
        }
        if self.told.is_some_and(|told| told.elapsed() < TOLD_EVERY) {
            return None;
        }
        self.told = Some(Instant::now());
        Some(CONTROL_D)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: Discipline = Discipline {
        canonical: true,
        interrupt: 3,
        quit: 28,
        suspend: 26,
        literal_next: 22,
        end_of_file: 4,
        others: [127, 21, 23, 18, 17, 19, b'\r'],
    };

    #[test]
    fn bytes_with_a_meaning_are_made_literal() {
        let mut feed = Feed::default();
        assert_eq!(feed.typed(&LINES, b"a\x03\r\0\n"), b"a\x16\x03\x16\r\0\n");
        assert_eq!(feed.typed(&Discipline::default(), b"a\x03\r"), b"a\x03\r");
    }

    #[test]
    fn a_long_line_is_passed_on_in_parts() {
        let mut feed = Feed::default();
        let typed = feed.typed(&LINES, &[b'x'; 5000]);
        assert_eq!(typed.len(), 5002);
        assert_eq!((typed[2048], typed[4097]), (4, 4));
        assert!(!feed.typed(&LINES, &[b'\n'; 5000]).contains(&4));
    }

    #[test]
    fn a_program_that_reads_keys_is_told_of_the_end_once_in_a_while() {
        let mut feed = Feed::default();
        let keys = Discipline::default();
        assert_eq!(feed.end(&keys), Some(4));
        assert_eq!(feed.end(&keys), None);
        assert_eq!(feed.end(&LINES), Some(4));
        assert_eq!(feed.end(&keys), Some(4));
    }
}
