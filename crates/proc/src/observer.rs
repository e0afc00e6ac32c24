//! The seam between a sampler and the operating system.

use crate::{Error, ProcessId};

/// A process that has just come into sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// Who it is.
    pub id: ProcessId,
    /// The pid of its parent at the moment of reading; an orphan names its new parent.
    pub parent: u32,
    /// Its process group, by the pid of the group's leader.
    pub group: u32,
    /// Its session, by the pid of the session's leader.
    pub session: u32,
}

/// What one look at a process's memory gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Resident memory in bytes. Zero for a zombie, which no longer has any.
    Resident(u64),
    /// The process has ended.
    Gone,
}

/// How a person would recognise a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The kernel's short name for it.
    pub name: String,
    /// Its arguments, the program first. Empty for a zombie and for a kernel thread.
    pub command: Vec<String>,
}

/// What a sampler asks of an operating system.
///
/// Each call looks at the machine as it is now. A vanished process is an ordinary answer.
pub trait Observer {
    /// Whatever is kept per process to read its memory again cheaply.
    type Handle: Send;

    /// Appends every process that is visible now.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error>;

    /// Appends the processes that came into sight since the last call of this or [`Self::all`].
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error>;

    /// Starts to watch a process. `None` when it is gone or its pid belongs to another by now.
    ///
    /// # Errors
    /// When the process is there and cannot be watched.
    fn watch(&mut self, id: ProcessId) -> Result<Option<Self::Handle>, Error>;

    /// The resident memory of a watched process now.
    ///
    /// # Errors
    /// When the process is there and its memory cannot be read.
    fn resident(&mut self, handle: &mut Self::Handle) -> Result<Reading, Error>;

    /// The name and command line of a process. `None` when it is gone.
    fn describe(&mut self, id: ProcessId) -> Option<Description>;

    /// The identity of the process that has this pid now.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error>;
}
