//! What the command sets on the window that its output goes through is meant for this process's
//! terminal, as some programs ask for keys that way.

pub(crate) mod exit_cleanup;
pub(crate) mod outer_terminal;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::stdio::stdout;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    tcsetattr,
};

use crate::modes::outer_terminal::is_in_foreground;

/// Every byte that stands for a key.
const SPECIAL_CODES: [SpecialCodeIndex; 17] = [
    SpecialCodeIndex::VINTR,
    SpecialCodeIndex::VQUIT,
    SpecialCodeIndex::VERASE,
    SpecialCodeIndex::VKILL,
    SpecialCodeIndex::VEOF,
    SpecialCodeIndex::VTIME,
    SpecialCodeIndex::VMIN,
    SpecialCodeIndex::VSWTC,
    SpecialCodeIndex::VSTART,
    SpecialCodeIndex::VSTOP,
    SpecialCodeIndex::VSUSP,
    SpecialCodeIndex::VEOL,
    SpecialCodeIndex::VREPRINT,
    SpecialCodeIndex::VDISCARD,
    SpecialCodeIndex::VWERASE,
    SpecialCodeIndex::VLNEXT,
    SpecialCodeIndex::VEOL2,
];

#[derive(Debug)]
pub(crate) struct Modes {
    window: Arc<OwnedFd>,
    /// Of the window, as last seen.
    seen: Termios,
    /// Of this process's terminal.
    own: Option<Termios>,
}

/// What a window has at first: what this process's terminal has, but that each byte gets there as
/// it is. What becomes of it is up to this process's terminal, unless it is to become nothing.
pub(crate) fn of_window(own: &Termios) -> Termios {
    let mut modes = own.clone();
    modes.output_modes &= OutputModes::OPOST;
    modes
}

impl Modes {
    pub(crate) fn new(window: Arc<OwnedFd>, seen: Termios) -> Self {
        Self {
            window,
            seen,
            own: None,
        }
    }

    /// Carries over what has been set on the window, and takes note of what there is. Whether
    /// anything was set.
    pub(crate) fn look(&mut self) -> bool {
        self.own = tcgetattr(stdout()).ok();
        let (Ok(now), Some(own)) = (tcgetattr(&*self.window), &mut self.own) else {
            return false;
        };
        let seen = std::mem::replace(&mut self.seen, now);
        // A job in the background would be stopped for it.
        if carry_over(&seen, &self.seen, own) && is_in_foreground(stdout()) {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(stdout(), OptionalActions::Now, own);
        }
        !are_same(&seen, &self.seen)
    }

    /// Whether somebody has asked the window for keys, one by one.
    pub(crate) fn asks_for_keys(&self) -> bool {
        !self.seen.local_modes.contains(LocalModes::ICANON)
    }

    /// Whether keys go into lines that are seen: who asks for anything else may have the screen to
    /// itself, and write there by other ways than through here.
    pub(crate) fn has_plain_lines(&self) -> bool {
        let plain = LocalModes::ICANON | LocalModes::ECHO;
        self.own
            .as_ref()
            .is_some_and(|own| own.local_modes.contains(plain))
    }

    /// Whether the end of a line takes the cursor to its beginning.
    pub(crate) fn returns(&self) -> bool {
        let returning = OutputModes::OPOST | OutputModes::ONLCR;
        self.own
            .as_ref()
            .is_some_and(|own| own.output_modes.contains(returning))
    }
}

/// A program for the whole screen wants no line to be ended by more than it writes. The window never
/// does that, so that only shows by what it wants of its keys.
fn ends_lines_itself(modes: &Termios) -> bool {
    !modes.local_modes.contains(LocalModes::ICANON)
        && !modes.input_modes.contains(InputModes::ICRNL)
}

/// Whether this process's terminal is to be another than it is.
fn carry_over(seen: &Termios, now: &Termios, own: &mut Termios) -> bool {
    let before = own.clone();
    own.input_modes ^= (own.input_modes ^ now.input_modes) & (seen.input_modes ^ now.input_modes);
    let output = OutputModes::OPOST;
    own.output_modes ^=
        (own.output_modes ^ now.output_modes) & (seen.output_modes ^ now.output_modes) & output;
    match (ends_lines_itself(seen), ends_lines_itself(now)) {
        (false, true) => own.output_modes.remove(OutputModes::ONLCR),
        (true, false) => own.output_modes.insert(OutputModes::ONLCR),
        _ => {}
    }
    own.local_modes ^= (own.local_modes ^ now.local_modes) & (seen.local_modes ^ now.local_modes);
    let mut is_other = !are_same(&before, own);
    for code in SPECIAL_CODES {
        let byte = now.special_codes[code];
        if seen.special_codes[code] != byte && own.special_codes[code] != byte {
            own.special_codes[code] = byte;
            is_other = true;
        }
    }
    is_other
}

/// But for the bytes that stand for keys.
pub(crate) fn are_same(one: &Termios, other: &Termios) -> bool {
    let modes = |termios: &Termios| {
        (
            termios.input_modes,
            termios.output_modes,
            termios.control_modes,
            termios.local_modes,
        )
    };
    modes(one) == modes(other)
}

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;

    use rustix::termios::{
        InputModes, LocalModes, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    };

    use super::{carry_over, of_window};
    use crate::pty::pair;

    /// Those of a terminal, and of a window on it.
    fn modes() -> (Termios, Termios) {
        let (_master, slave): (OwnedFd, OwnedFd) = pair().unwrap();
        let own = tcgetattr(&slave).unwrap();
        assert!(own.output_modes.contains(OutputModes::ONLCR));
        let window = of_window(&own);
        (own, window)
    }

    #[test]
    fn what_is_set_on_the_window_is_carried_over_and_taken_back() {
        let (found, window) = modes();
        let mut own = found.clone();
        let mut asking = window.clone();
        asking
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        asking.special_codes[SpecialCodeIndex::VMIN] = 7;
        assert!(carry_over(&window, &asking, &mut own));
        assert!(
            !own.local_modes
                .intersects(LocalModes::ICANON | LocalModes::ECHO)
        );
        assert_eq!(own.special_codes[SpecialCodeIndex::VMIN], 7);
        assert_eq!(own.output_modes, found.output_modes);
        assert!(!carry_over(&asking, &asking, &mut own));
        assert!(carry_over(&asking, &window, &mut own));
        assert_eq!(own.local_modes, found.local_modes);
    }

    #[test]
    fn what_is_set_elsewhere_stays() {
        let (mut own, window) = modes();
        own.local_modes.remove(LocalModes::ECHO);
        let mut other = window.clone();
        other.input_modes.remove(InputModes::IXON);
        assert!(carry_over(&window, &other, &mut own));
        assert!(!own.local_modes.contains(LocalModes::ECHO));
        assert!(!own.input_modes.contains(InputModes::IXON));
    }

    #[test]
    fn a_program_for_the_whole_screen_ends_its_lines_itself() {
        let (mut own, window) = modes();
        let mut raw = window.clone();
        raw.local_modes.remove(LocalModes::ICANON);
        raw.input_modes.remove(InputModes::ICRNL);
        assert!(carry_over(&window, &raw, &mut own));
        assert!(!own.output_modes.contains(OutputModes::ONLCR));
        assert!(carry_over(&raw, &window, &mut own));
        assert!(own.output_modes.contains(OutputModes::ONLCR));
    }
}
