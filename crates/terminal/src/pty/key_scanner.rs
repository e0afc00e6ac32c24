//! Finds the keys that concern this process as well: those that interrupt or suspend the command.

use crate::pty::line_discipline::LineDiscipline;

/// The first part of what was typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// In bytes.
    pub(crate) length: usize,
    /// How many of the bytes interrupt the command.
    pub(crate) interrupts: u32,
    /// Whether the last byte suspends it.
    pub(crate) suspends: bool,
}

/// Interprets input as the line discipline does.
#[derive(Debug, Default)]
pub(crate) struct KeyScanner {
    next_is_literal: bool,
}

impl KeyScanner {
    /// Scans what was typed, up to the first byte that suspends.
    pub(crate) fn scan(&mut self, discipline: &LineDiscipline, bytes: &[u8]) -> Scanned {
        let mut interrupts = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if std::mem::take(&mut self.next_is_literal) || byte == 0 {
                continue;
            }
            if byte == discipline.suspend {
                return Scanned {
                    length: at + 1,
                    interrupts,
                    suspends: true,
                };
            }
            if byte == discipline.interrupt || byte == discipline.quit {
                interrupts += 1;
            }
            self.next_is_literal = byte == discipline.literal_next;
        }
        Scanned {
            length: bytes.len(),
            interrupts,
            suspends: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: LineDiscipline = LineDiscipline {
        canonical: true,
        interrupt: 3,
        quit: 28,
        suspend: 26,
        literal_next: 22,
        end_of_file: 4,
        others: [0; 7],
    };

    fn scanned(length: usize, interrupts: u32, suspends: bool) -> Scanned {
        Scanned {
            length,
            interrupts,
            suspends,
        }
    }

    #[test]
    fn a_scan_ends_with_the_byte_that_suspends() {
        let mut scanner = KeyScanner::default();
        assert_eq!(scanner.scan(&USUAL, b"a\x03b\x1ac"), scanned(4, 1, true));
        assert_eq!(scanner.scan(&USUAL, b"c\x1c\x03"), scanned(3, 2, false));
    }

    #[test]
    fn a_literal_byte_has_no_meaning_also_when_it_comes_later() {
        let mut scanner = KeyScanner::default();
        assert_eq!(scanner.scan(&USUAL, b"\x16\x1a\x16"), scanned(3, 0, false));
        assert_eq!(scanner.scan(&USUAL, b"\x03\x03"), scanned(2, 1, false));
    }

    #[test]
    fn a_program_that_reads_single_keys_is_not_interrupted() {
        let mut scanner = KeyScanner::default();
        let keys = LineDiscipline::default();
        assert_eq!(scanner.scan(&keys, b"\0\x03\x1a\x16"), scanned(4, 0, false));
    }
}
