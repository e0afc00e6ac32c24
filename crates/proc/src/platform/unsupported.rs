//! Systems on which memory cannot be measured. Processes can still be listed and killed.

use std::convert::Infallible;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::{
    Birth, Description, Error, HighWater, MachineFaults, MappedRange, Observer, ProcessId,
    Proportional, Reading, Startup,
};

pub use crate::SysinfoInspector as NativeInspector;

/// An observer that cannot be created.
#[derive(Debug, Default)]
pub struct NativeObserver(());

impl NativeObserver {
    /// # Errors
    /// Always: memory cannot be measured on this system.
    pub fn of_this_machine() -> Result<Self, Error> {
        Err(unsupported())
    }
}

/// The identity of this process. Always `None`: start times of the required precision are unknown.
#[must_use]
pub fn own_identity() -> Option<ProcessId> {
    None
}

/// When the system was booted. Never known: start times have another origin here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootTime(Infallible);

impl BootTime {
    /// Always `None`.
    #[must_use]
    pub fn read() -> Option<Self> {
        None
    }

    /// The start of a process.
    #[must_use]
    pub fn start_of(self, _: ProcessId) -> Option<SystemTime> {
        match self.0 {}
    }
}

/// The CPU time of the calling thread. Always zero.
#[must_use]
pub fn thread_cpu() -> Duration {
    Duration::ZERO
}

/// Leaves the priority of the calling thread as it is.
pub fn run_first() {}

/// Creates a folder and its missing parents, with default permissions.
///
/// # Errors
/// If it cannot be created.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Creates an empty file with default permissions. Leaves an existing file unchanged.
///
/// # Errors
/// If it cannot be created or opened.
pub fn create_private_file(path: &Path) -> io::Result<()> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map(drop)
}

fn unsupported() -> Error {
    let reason = format!("it is not supported on {}", std::env::consts::OS);
    let source = io::Error::new(io::ErrorKind::Unsupported, reason);
    Error::system("the memory of processes", source)
}

impl Observer for NativeObserver {
    type Handle = ();

    fn all(&mut self, _: &mut Vec<Birth>) -> Result<(), Error> {
        Err(unsupported())
    }

    fn note_present(&mut self) -> Result<(), Error> {
        Err(unsupported())
    }

    fn note_births_until(&mut self, _last_pid: u32) {}

    fn births(&mut self, _: &mut Vec<Birth>) -> Result<(), Error> {
        Err(unsupported())
    }

    fn last_pid(&mut self) -> Option<u32> {
        None
    }

    fn births_are_complete(&mut self) -> bool {
        false
    }

    fn watch(&mut self, _: ProcessId) -> Result<Option<()>, Error> {
        Err(unsupported())
    }

    fn resident(&mut self, (): &mut ()) -> Result<Reading, Error> {
        Err(unsupported())
    }

    fn resident_of(&mut self, _: u32) -> Result<Reading, Error> {
        Err(unsupported())
    }

    fn faults(&mut self, (): &mut ()) -> Result<Option<u64>, Error> {
        Err(unsupported())
    }

    fn has_ended(&mut self, _: ProcessId) -> Result<bool, Error> {
        Err(unsupported())
    }

    fn huge_faults(&mut self) -> Option<u64> {
        None
    }

    fn machine_faults(&mut self) -> Option<MachineFaults> {
        None
    }

    fn proportional(&mut self, _: ProcessId) -> Result<Option<Proportional>, Error> {
        Err(unsupported())
    }

    fn mapped(&mut self, _: ProcessId, _: &mut Vec<MappedRange>) -> Result<Option<()>, Error> {
        Err(unsupported())
    }

    fn page_bytes(&self) -> u64 {
        4096
    }

    fn high_water(&mut self, _: ProcessId) -> Result<Option<HighWater>, Error> {
        Err(unsupported())
    }

    fn startup(&mut self, _: u32) -> Option<Startup<'static>> {
        None
    }

    fn directory(&mut self, _: ProcessId) -> Option<PathBuf> {
        None
    }

    fn same_memory(&mut self, _: ProcessId, _: ProcessId) -> bool {
        false
    }

    fn never_seen(&self) -> u64 {
        0
    }

    fn without_descriptor(&self) -> u64 {
        0
    }

    fn describe(&mut self, _: ProcessId) -> Option<Description> {
        None
    }

    fn identify(&mut self, _: u32) -> Result<Option<Birth>, Error> {
        Err(unsupported())
    }
}
