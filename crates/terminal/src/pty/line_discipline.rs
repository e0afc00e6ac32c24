//! Which bytes of input the line discipline of the command's terminal interprets.

use rustix::termios::{InputModes, LocalModes, SpecialCodeIndex as Code, Termios};

/// The special bytes of a terminal's input. A byte of 0 stands for none.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub(crate) struct LineDiscipline {
    /// Input comes in lines.
    pub(crate) canonical: bool,
    pub(crate) interrupt: u8,
    pub(crate) quit: u8,
    pub(crate) suspend: u8,
    /// Takes the meaning from the byte that follows.
    pub(crate) literal_next: u8,
    pub(crate) end_of_file: u8,
    /// All others that do not reach the reader unaltered.
    pub(crate) others: [u8; 7],
}

impl LineDiscipline {
    pub(crate) fn of(termios: &Termios) -> Self {
        let input = |mode, byte| {
            if termios.input_modes.contains(mode) {
                byte
            } else {
                0
            }
        };
        let local = |mode, code| {
            if termios.local_modes.contains(mode) {
                termios.special_codes[code]
            } else {
                0
            }
        };
        let line = LocalModes::ICANON;
        let extended = LocalModes::ICANON | LocalModes::IEXTEN;
        Self {
            canonical: termios.local_modes.contains(line),
            interrupt: local(LocalModes::ISIG, Code::VINTR),
            quit: local(LocalModes::ISIG, Code::VQUIT),
            suspend: local(LocalModes::ISIG, Code::VSUSP),
            literal_next: local(extended, Code::VLNEXT),
            end_of_file: local(line, Code::VEOF),
            others: [
                local(line, Code::VERASE),
                local(line, Code::VKILL),
                local(extended, Code::VWERASE),
                local(extended, Code::VREPRINT),
                input(InputModes::IXON, termios.special_codes[Code::VSTART]),
                input(InputModes::IXON, termios.special_codes[Code::VSTOP]),
                input(InputModes::ICRNL, b'\r'),
            ],
        }
    }

    /// Whether the byte reaches the reader only after a `literal_next`.
    pub(crate) fn alters(&self, byte: u8) -> bool {
        let named = [
            self.interrupt,
            self.quit,
            self.suspend,
            self.literal_next,
            self.end_of_file,
        ];
        byte != 0 && (named.contains(&byte) || self.others.contains(&byte))
    }
}
