//! Carries modes over: what the command sets on the window that its output goes through is meant
//! for this process's terminal. Some programs switch to single keys that way.

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

/// The indices of all special bytes.
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
    /// Of the window, when it was last checked.
    known: Termios,
    /// Of this process's terminal.
    outer: Option<Termios>,
}

/// The first modes of a window on a terminal: the same, but that output is left unaltered. The
/// terminal itself processes it, unless its `OPOST` is off.
pub(crate) fn window_modes(outer: &Termios) -> Termios {
    let mut modes = outer.clone();
    modes.output_modes &= OutputModes::OPOST;
    modes
}

impl Modes {
    pub(crate) fn new(window: Arc<OwnedFd>, known: Termios) -> Self {
        Self {
            window,
            known,
            outer: None,
        }
    }

    /// Sets on the terminal what has been set on the window. Whether anything was set there.
    pub(crate) fn carry_over(&mut self) -> bool {
        self.outer = tcgetattr(stdout()).ok();
        let (Ok(current), Some(outer)) = (tcgetattr(&*self.window), &mut self.outer) else {
            return false;
        };
        let known = std::mem::replace(&mut self.known, current);
        // A job in the background would be stopped for it.
        if apply_change(&known, &self.known, outer) && is_in_foreground(stdout()) {
            // It fails where the terminal is gone.
            let _ = tcsetattr(stdout(), OptionalActions::Now, outer);
        }
        !are_same(&known, &self.known)
    }

    /// Whether a program has set the window to single keys.
    pub(crate) fn reads_keys(&self) -> bool {
        !self.known.local_modes.contains(LocalModes::ICANON)
    }

    /// Whether the terminal reads lines and echoes them. A program that wants anything else may use
    /// the whole screen, and write to it by other ways than through the window.
    pub(crate) fn echoes_lines(&self) -> bool {
        let modes = LocalModes::ICANON | LocalModes::ECHO;
        self.outer
            .as_ref()
            .is_some_and(|outer| outer.local_modes.contains(modes))
    }

    /// Whether the terminal adds a carriage return to a line feed.
    pub(crate) fn newline_returns(&self) -> bool {
        let modes = OutputModes::OPOST | OutputModes::ONLCR;
        self.outer
            .as_ref()
            .is_some_and(|outer| outer.output_modes.contains(modes))
    }
}

/// Whether a program wants line feeds to be left unaltered, as one for the whole screen does. A
/// window never alters them, so that this only shows by how the program reads keys.
fn ends_lines_itself(modes: &Termios) -> bool {
    !modes.local_modes.contains(LocalModes::ICANON)
        && !modes.input_modes.contains(InputModes::ICRNL)
}

/// Changes in the outer modes what has changed from `known` to `current`. Whether they differ then.
fn apply_change(known: &Termios, current: &Termios, outer: &mut Termios) -> bool {
    let before = outer.clone();
    outer.input_modes ^=
        (outer.input_modes ^ current.input_modes) & (known.input_modes ^ current.input_modes);
    outer.output_modes ^= (outer.output_modes ^ current.output_modes)
        & (known.output_modes ^ current.output_modes)
        & OutputModes::OPOST;
    match (ends_lines_itself(known), ends_lines_itself(current)) {
        (false, true) => outer.output_modes.remove(OutputModes::ONLCR),
        (true, false) => outer.output_modes.insert(OutputModes::ONLCR),
        _ => {}
    }
    outer.local_modes ^=
        (outer.local_modes ^ current.local_modes) & (known.local_modes ^ current.local_modes);
    let mut has_changed = !are_same(&before, outer);
    for code in SPECIAL_CODES {
        let byte = current.special_codes[code];
        if known.special_codes[code] != byte && outer.special_codes[code] != byte {
            outer.special_codes[code] = byte;
            has_changed = true;
        }
    }
    has_changed
}

/// Special bytes aside.
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

    use super::{apply_change, window_modes};
    use crate::pty::pair;

    /// The modes of a terminal, and of a window on it.
    fn modes() -> (Termios, Termios) {
        let (_master, slave): (OwnedFd, OwnedFd) = pair().unwrap();
        let outer = tcgetattr(&slave).unwrap();
        assert!(outer.output_modes.contains(OutputModes::ONLCR));
        let window = window_modes(&outer);
        (outer, window)
    }

    #[test]
    fn a_mode_of_the_window_is_carried_over_and_taken_back() {
        let (found, window) = modes();
        let mut outer = found.clone();
        let mut keys = window.clone();
        keys.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        keys.special_codes[SpecialCodeIndex::VMIN] = 7;
        assert!(apply_change(&window, &keys, &mut outer));
        assert!(
            !outer
                .local_modes
                .intersects(LocalModes::ICANON | LocalModes::ECHO)
        );
        assert_eq!(outer.special_codes[SpecialCodeIndex::VMIN], 7);
        assert_eq!(outer.output_modes, found.output_modes);
        assert!(!apply_change(&keys, &keys, &mut outer));
        assert!(apply_change(&keys, &window, &mut outer));
        assert_eq!(outer.local_modes, found.local_modes);
    }

    #[test]
    fn a_mode_that_was_set_elsewhere_stays() {
        let (mut outer, window) = modes();
        outer.local_modes.remove(LocalModes::ECHO);
        let mut other = window.clone();
        other.input_modes.remove(InputModes::IXON);
        assert!(apply_change(&window, &other, &mut outer));
        assert!(!outer.local_modes.contains(LocalModes::ECHO));
        assert!(!outer.input_modes.contains(InputModes::IXON));
    }

    #[test]
    fn a_full_screen_program_ends_its_lines_itself() {
        let (mut outer, window) = modes();
        let mut raw = window.clone();
        raw.local_modes.remove(LocalModes::ICANON);
        raw.input_modes.remove(InputModes::ICRNL);
        assert!(apply_change(&window, &raw, &mut outer));
        assert!(!outer.output_modes.contains(OutputModes::ONLCR));
        assert!(apply_change(&raw, &window, &mut outer));
        assert!(outer.output_modes.contains(OutputModes::ONLCR));
    }
}
