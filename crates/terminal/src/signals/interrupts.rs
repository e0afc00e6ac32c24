//! How often the command was asked to end.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// Signal handlers count, and a process has one set of them.
static COUNT: AtomicU32 = AtomicU32::new(0);

pub(super) fn reset() {
    COUNT.store(0, SeqCst);
}

pub(super) fn add(count: u32) {
    COUNT.fetch_add(count, SeqCst);
}

pub(super) fn count() -> u32 {
    COUNT.load(SeqCst)
}
