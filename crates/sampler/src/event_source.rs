//! Where events come from that do not interrupt anything: they are taken in before each sample.

use std::time::Instant;

use crate::Event;

/// Knows what has happened to processes.
pub trait EventSource: Send {
    /// Hands over what has happened since the last call, oldest first. Returns whether that is all
    /// until now.
    fn take(&mut self, events: &mut Vec<(Instant, Event)>) -> bool;
}
