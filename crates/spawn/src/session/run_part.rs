//! Totals of a run or a task that the sampler does not know.

use std::sync::{Arc, Mutex, MutexGuard};

use memtop_proc::lock;

use crate::outcome::Tracking;
use crate::supervision::Supervision;

/// A run as a whole, or a task of it.
#[derive(Debug)]
pub(crate) struct RunPart {
    pub(crate) supervision: Arc<Supervision>,
    enclosing: Option<Arc<RunPart>>,
    totals: Mutex<Totals>,
}

/// What is known of each command only once it has ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// The most memory of any process that has been waited for.
    pub(crate) largest_bytes: u64,
    /// The same, unless it may only have been a copy of this process before its exec.
    pub(crate) largest_other_bytes: u64,
    /// How its commands were followed; absent before the first has ended.
    pub(crate) tracking: Option<Tracking>,
}

impl Totals {
    fn add(&mut self, other: &Self) {
        self.largest_bytes = self.largest_bytes.max(other.largest_bytes);
        self.largest_other_bytes = self.largest_other_bytes.max(other.largest_other_bytes);
        if let Some(tracking) = &other.tracking {
            self.tracking = Some(match self.tracking.take() {
                Some(before) => before.with(tracking),
                None => tracking.clone(),
            });
        }
    }
}

impl RunPart {
    pub(super) fn new(supervision: Arc<Supervision>, enclosing: Option<Arc<Self>>) -> Arc<Self> {
        Arc::new(Self {
            supervision,
            enclosing,
            totals: Mutex::default(),
        })
    }

    pub(crate) fn totals(&self) -> MutexGuard<'_, Totals> {
        lock(&self.totals)
    }

    /// Adds what a command has come to, here and in what this is a part of.
    pub(crate) fn add(&self, totals: &Totals) {
        self.totals().add(totals);
        if let Some(enclosing) = &self.enclosing {
            enclosing.add(totals);
        }
    }
}
