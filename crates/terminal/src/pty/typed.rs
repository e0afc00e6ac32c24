//! What is typed, looked through for what concerns this process as well.

use crate::pty::discipline::Discipline;

/// The beginning of what was typed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// So many bytes.
    pub(crate) length: usize,
    /// How many of them interrupt the command.
    pub(crate) interrupts: u32,
    /// Whether the last of them suspends it.
    pub(crate) suspends: bool,
}

/// Reads along with the line discipline.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    next_is_literal: bool,
}

impl Typed {
    /// Goes through what was typed, as far as to the first byte that suspends.
    pub(crate) fn read(&mut self, discipline: &Discipline, bytes: &[u8]) -> Piece {
        let mut interrupts = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if std::mem::take(&mut self.next_is_literal) || byte == 0 {
                continue;
            }
            if byte == discipline.suspend {
                return Piece {
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
        Piece {
            length: bytes.len(),
            interrupts,
            suspends: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Discipline = Discipline {
        canonical: true,
        interrupt: 3,
        quit: 28,
        suspend: 26,
        literal_next: 22,
        end_of_file: 4,
        others: [0; 7],
    };

    fn piece(length: usize, interrupts: u32, suspends: bool) -> Piece {
        Piece {
            length,
            interrupts,
            suspends,
        }
    }

    #[test]
    fn a_piece_ends_with_the_byte_that_suspends() {
        let mut typed = Typed::default();
        assert_eq!(typed.read(&USUAL, b"a\x03b\x1ac"), piece(4, 1, true));
        assert_eq!(typed.read(&USUAL, b"c\x1c\x03"), piece(3, 2, false));
    }

    #[test]
    fn a_literal_byte_does_nothing_also_when_it_comes_later() {
        let mut typed = Typed::default();
        assert_eq!(typed.read(&USUAL, b"\x16\x1a\x16"), piece(3, 0, false));
        assert_eq!(typed.read(&USUAL, b"\x03\x03"), piece(2, 1, false));
    }

    #[test]
    fn a_program_that_takes_every_key_is_not_interrupted() {
        let mut typed = Typed::default();
        let keys = Discipline::default();
        assert_eq!(typed.read(&keys, b"\0\x03\x1a\x16"), piece(4, 0, false));
    }
}
