//! The name and command line of a process, which may change when it runs another program.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use memtop_proc::Description;

/// The name and command line, and when they are read again.
#[derive(Debug)]
pub(crate) struct CachedDescription {
    pub(crate) current: Arc<Description>,
    /// The same for all processes of a name.
    pub(crate) program: u64,
    /// The memory of the process when they were read.
    bytes: u64,
    again_at: u64,
    again_in: u64,
}

impl CachedDescription {
    pub(crate) fn new(description: Description, tick: u64) -> Self {
        Self {
            program: program(&description),
            current: Arc::new(description),
            bytes: 0,
            again_at: tick + 1,
            again_in: 1,
        }
    }

    /// Most processes call exec soon after they start, and one that does so later has other memory
    /// needs from then on. So a description is old after 1, 2, 4, 8 … ticks, and whenever the
    /// memory has changed much.
    pub(crate) fn is_old(&self, tick: u64, bytes: u64) -> bool {
        let changed_much = bytes > self.bytes + self.bytes / 4 || bytes < self.bytes / 2;
        tick >= self.again_at || (self.bytes > 0 && changed_much)
    }

    /// `None` leaves the former description: the process is on its way out.
    pub(crate) fn renew(&mut self, description: Option<Description>, tick: u64, bytes: u64) {
        match description {
            // During an exec there are no arguments for an instant.
            Some(new) if new.command.is_empty() && !self.current.command.is_empty() => {
                self.again_at = tick + 1;
                return;
            }
            Some(new) if new != *self.current => {
                self.program = program(&new);
                self.current = Arc::new(new);
            }
            _ => {}
        }
        self.bytes = bytes;
        if tick >= self.again_at {
            self.again_in *= 2;
            self.again_at = tick + self.again_in;
        }
    }
}

fn program(description: &Description) -> u64 {
    let mut hasher = DefaultHasher::new();
    description.name.hash(&mut hasher);
    hasher.finish()
}
