//! What control characters and escape sequences do to the screen.

use crate::painter::column::Column;
use crate::painter::screen::Screen;

impl Screen {
    pub(super) fn execute(&mut self, control: u8) {
        match control {
            b'\r' => self.column = Column::FIRST,
            // LF, VT and FF.
            b'\n' | 0x0b | 0x0c => self.end_line(),
            b'\t' => self.tab(),
            // BS
            0x08 => self.move_by(-1),
            _ => {}
        }
    }

    /// A sequence of `ESC` and one more byte.
    pub(super) fn dispatch_escape(&mut self, last: u8) {
        match last {
            // DECSC and DECRC
            b'7' | b'8' => self.address(),
            // NEL
            b'E' => {
                self.end_line();
                self.column = Column::FIRST;
            }
            // IND
            b'D' => self.move_down(1),
            // RI
            b'M' => self.move_up(1),
            // RIS
            b'c' => self.reset(),
            _ => {}
        }
    }

    pub(super) fn dispatch_csi(&mut self, parameters: &[u8], last: u8) {
        if let Some(private) = parameters.strip_prefix(b"?") {
            if matches!(last, b'h' | b'l') {
                for mode in private.split(|&byte| byte == b';') {
                    self.set_private_mode(mode, last == b'h');
                }
            }
        } else if parameters
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        {
            self.move_or_erase(parameters, last);
        }
    }

    fn set_private_mode(&mut self, mode: &[u8], is_on: bool) {
        match mode {
            b"47" | b"1047" | b"1049" => self.show_alternate(is_on),
            // DECOM
            b"6" => self.address(),
            // DECAWM
            b"7" => self.wraps = is_on,
            b"2026" => self.in_synchronized_update = is_on,
            _ => {}
        }
    }

    fn move_or_erase(&mut self, parameters: &[u8], last: u8) {
        let mut numbers = parameters
            .split(|byte| matches!(byte, b';' | b':'))
            .map(number);
        let first = numbers.next().flatten();
        let count = first.unwrap_or(1).max(1);
        let steps = i64::from(count);
        match last {
            b'A' => self.move_up(steps),
            b'B' | b'e' => self.move_down(steps),
            b'C' | b'a' => self.move_by(steps),
            b'D' => self.move_by(-steps),
            b'E' => {
                self.move_down(steps);
                self.column = Column::FIRST;
            }
            b'F' => {
                self.move_up(steps);
                self.column = Column::FIRST;
            }
            b'G' | b'`' => self.move_to_column(count - 1),
            // CUP and HVP
            b'H' | b'f' if count == 1 && numbers.next().flatten().unwrap_or(1) <= 1 => {
                self.move_home();
            }
            // Also VPA, DECSTBM, SCOSC and SCORC.
            b'H' | b'f' | b'd' | b'r' | b's' | b'u' => self.address(),
            // EL
            b'K' if first != Some(1) => self.erase_to_line_end(),
            // ED
            b'J' => match first.unwrap_or(0) {
                0 => self.erase_below(),
                1 => self.erase_above(),
                _ => self.clear(),
            },
            _ => {}
        }
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
