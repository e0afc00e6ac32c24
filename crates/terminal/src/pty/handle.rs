//! A command's terminal that only this process displays and types into.

use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock};

use rustix::io::Errno;
use rustix::termios::{tcgetwinsize, tcsetwinsize};

/// Types into such a terminal and resizes it, once the command runs.
#[derive(Debug, Default)]
pub struct TerminalHandle {
    master: OnceLock<Arc<OwnedFd>>,
}

impl TerminalHandle {
    pub(crate) fn connect(&self, master: &Arc<OwnedFd>) {
        let _ = self.master.set(Arc::clone(master));
    }

    /// Types bytes. What a program that does not read leaves no room for is lost, as on any
    /// terminal.
    pub fn type_in(&self, mut bytes: &[u8]) {
        let Some(master) = self.master.get() else {
            return;
        };
        while !bytes.is_empty() {
            match rustix::io::write(&**master, bytes) {
                Ok(0) => return,
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    /// The kernel signals the new size to the command.
    pub fn resize(&self, rows: u16, columns: u16) {
        let Some(master) = self.master.get() else {
            return;
        };
        // It fails where the terminal is gone.
        if let Ok(mut size) = tcgetwinsize(&**master) {
            size.ws_row = rows;
            size.ws_col = columns;
            let _ = tcsetwinsize(&**master, size);
        }
    }
}
