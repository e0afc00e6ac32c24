//! Events of single processes, as the kernel or a tracer reports them.

use std::sync::Arc;

use memtop_proc::{Description, HighWater};

use crate::Traits;

/// What has happened to a process.
#[derive(Clone, Debug)]
pub enum Event {
    /// It has started.
    Started {
        /// Its pid.
        pid: u32,
        /// The pid of its parent.
        parent: u32,
        /// What it has of its parent's memory.
        memory: InitialMemory,
    },
    /// It runs another program, with these traits where there are task rules and they were read.
    Execed(u32, Option<Arc<Traits>>),
    /// It is about to end, and still has its memory.
    Exiting(u32, HighWater),
    /// It has ended, and its memory is freed.
    Ended {
        /// Its pid.
        pid: u32,
        /// How it ended.
        status: EndStatus,
        /// What is known of it only now.
        last: Option<LastFigures>,
    },
    /// No more events of it and of its children follow.
    Released(u32),
    /// Events of any processes were lost, all of them of pids assigned after this one, or of older
    /// processes.
    Lost {
        /// The last pid whose start was reported.
        last_pid: u32,
    },
}

/// What the kernel knew of a process when it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFigures {
    /// The highest resident memory that it ever had.
    pub highest_bytes: u64,
    /// Its short name.
    pub name: String,
}

impl LastFigures {
    pub(crate) fn description(&self) -> Description {
        Description {
            name: self.name.clone(),
            command: Vec::new(),
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndStatus {
    /// By itself, with this code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl EndStatus {
    pub(crate) fn is_success(self) -> bool {
        self == Self::Code(0)
    }
}

/// What a process has of its parent's memory when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialMemory {
    /// A copy, as after `fork`: they share a page until one of them writes to it.
    CopyOfParent,
    /// The memory itself, as after `vfork`.
    OfParent,
    /// One of the two.
    Unknown,
}
