//! Whether a command runs, by its wait status.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

const RUNNING: u8 = 0;
const STOPPED: u8 = 1;
const ENDED: u8 = 2;

/// Set by the thread that waits for the command, read by those that stop with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommandState(Arc<AtomicU8>);

impl CommandState {
    /// It runs, again if it was stopped.
    pub(crate) fn set_running(&self) {
        self.0.store(RUNNING, SeqCst);
    }

    /// A signal has stopped it, and it has not been continued.
    pub(crate) fn set_stopped(&self) {
        self.0.store(STOPPED, SeqCst);
    }

    pub(crate) fn set_ended(&self) {
        self.0.store(ENDED, SeqCst);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.load(SeqCst) == STOPPED
    }
}
