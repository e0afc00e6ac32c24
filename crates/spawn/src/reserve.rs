//! Descriptors kept free for commands while measuring opens its own.

use std::io::{PipeReader, PipeWriter, pipe};

/// What starting a command takes: two pipes, and another for each of its streams.
const PIPES: usize = 5;

/// Holds descriptors. Dropping it frees them.
#[derive(Debug)]
pub(crate) struct Reserve {
    _pipes: Vec<(PipeReader, PipeWriter)>,
}

impl Reserve {
    /// Where the limit of open files is low, measuring fails rather than the command.
    pub(crate) fn take() -> Self {
        Self {
            _pipes: (0..PIPES).map_while(|_| pipe().ok()).collect(),
        }
    }
}
