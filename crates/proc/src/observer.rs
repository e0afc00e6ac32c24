//! The trait through which a sampler reads processes and their memory.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::{Error, ProcessId};

/// A newly found process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// Its identity.
    pub id: ProcessId,
    /// The pid of its parent when it was read; for an orphan, of the process that adopted it.
    pub parent: u32,
    /// Its process group id.
    pub group: u32,
    /// Its session id.
    pub session: u32,
    /// Identifies the exec that started its program: a forked child has that of its parent until
    /// its own exec. `None` if unknown.
    pub image: Option<u64>,
    /// Its page faults so far.
    pub faults: u64,
}

/// A reading of the memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Zero for a zombie, which has no memory.
    Resident {
        /// All resident memory.
        bytes: u64,
        /// The part that belongs to files or shared memory, which other processes may map as well.
        shared_bytes: u64,
    },
    /// The process has ended.
    Gone,
}

/// The arguments and environment that a process was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Startup<'a> {
    /// Its arguments, each terminated by NUL.
    pub arguments: Cow<'a, [u8]>,
    /// Its environment variables, likewise; empty if they may not be read.
    pub environment: Cow<'a, [u8]>,
}

/// The memory of a process at one instant, from a walk over all its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proportional {
    /// Each page divided by the number of processes that share it (PSS).
    pub bytes: u64,
    /// Each page in full (RSS).
    pub resident_bytes: u64,
    /// Anonymous pages, in full.
    pub anonymous_bytes: u64,
    /// Anonymous pages, each divided by the number of processes that share it.
    pub anonymous_share_bytes: u64,
    /// Pages of any kind that no other process maps.
    pub private_bytes: u64,
}

/// Page faults of all processes of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MachineFaults {
    /// All page faults.
    pub all: u64,
    /// Those that allocated an anonymous huge page. `None` if unknown: then any fault may have.
    pub huge: Option<u64>,
}

/// Identifies a file or a shared memory object, the same for all processes that map it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    /// The device of its file system.
    pub device: u64,
    /// Its inode number.
    pub inode: u64,
}

/// Consecutive resident pages of a file in the memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedRange {
    /// The file.
    pub file: FileId,
    /// The first page, counted from the start of the file.
    pub first_page: u64,
    /// The number of pages.
    pub pages: u64,
}

/// The high-water mark of a process's memory, as kept by the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighWater {
    /// The highest resident memory it ever had.
    pub highest_bytes: u64,
    /// Its resident memory now.
    pub now_bytes: u64,
    /// The part of that which belongs to files.
    pub file_bytes: u64,
    /// Its swapped-out memory now, which is not resident.
    pub swapped_bytes: u64,
}

/// The name and command line of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Its short name, as kept by the kernel.
    pub name: String,
    /// Its arguments, starting with the program. Empty for zombies and kernel threads.
    pub command: Vec<String>,
}

/// The queries of a sampler to the operating system.
///
/// Each call reads the current state of the machine. A process that has vanished is not an error.
pub trait Observer {
    /// What is kept for each process to read its memory cheaply.
    type Handle: Send;

    /// Appends all visible processes, including those already reported by [`Self::births`].
    ///
    /// # Errors
    /// If the process table as a whole cannot be read.
    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error>;

    /// Records which processes exist, so that the next [`Self::births`] reports only later ones.
    /// Much cheaper than [`Self::all`].
    ///
    /// # Errors
    /// If the process table as a whole cannot be read.
    fn note_present(&mut self) -> Result<(), Error>;

    /// Records that all processes with pids up to this one, of those that were assigned before it,
    /// are known, so that the next [`Self::births`] reports only later ones.
    fn note_births_until(&mut self, last_pid: u32);

    /// Appends the processes that appeared since the last call of this or of
    /// [`Self::note_present`].
    ///
    /// # Errors
    /// If the process table as a whole cannot be read.
    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error>;

    /// Whether [`Self::births`] has reported all processes started until now. False if unknown.
    fn births_are_complete(&mut self) -> bool;

    /// The pid that was assigned last, to a process or a thread. `None` if unknown.
    fn last_pid(&mut self) -> Option<u32>;

    /// Starts to watch a process. `None` if it is gone or its pid was reused.
    ///
    /// # Errors
    /// If the process exists and cannot be watched.
    fn watch(&mut self, id: ProcessId) -> Result<Option<Self::Handle>, Error>;

    /// The current resident memory of a watched process.
    ///
    /// # Errors
    /// If the process exists and its memory cannot be read.
    fn resident(&mut self, handle: &mut Self::Handle) -> Result<Reading, Error>;

    /// The current resident memory of the process that has this pid.
    ///
    /// # Errors
    /// If the process exists and its memory cannot be read.
    fn resident_of(&mut self, pid: u32) -> Result<Reading, Error>;

    /// The page faults of a watched process so far. `None` if it has ended.
    ///
    /// # Errors
    /// If the process exists and cannot be read.
    fn faults(&mut self, handle: &mut Self::Handle) -> Result<Option<u64>, Error>;

    /// Whether a process has ended and freed all its memory. An exiting process shows no memory any
    /// more, though it may still share pages with others.
    ///
    /// # Errors
    /// If the process exists and cannot be read.
    fn has_ended(&mut self, id: ProcessId) -> Result<bool, Error>;

    /// Page faults of the machine so far that allocated an anonymous huge page. `None` if unknown:
    /// then any fault may have.
    fn huge_faults(&mut self) -> Option<u64>;

    /// Page faults of the machine so far. `None` if unknown. Slower than [`Self::huge_faults`].
    fn machine_faults(&mut self) -> Option<MachineFaults>;

    /// The proportional memory of a process (PSS). `None` if the process is gone.
    ///
    /// Walks all memory of the process and blocks its page faults meanwhile.
    ///
    /// # Errors
    /// If it may not be read.
    fn proportional(&mut self, id: ProcessId) -> Result<Option<Proportional>, Error>;

    /// Appends the resident pages of files and shared memory that a process maps. `None` if it is
    /// gone.
    ///
    /// # Errors
    /// If it may not be read.
    fn mapped(&mut self, id: ProcessId, ranges: &mut Vec<MappedRange>)
    -> Result<Option<()>, Error>;

    /// The size of a page in bytes.
    fn page_bytes(&self) -> u64;

    /// The high-water mark of a process's memory. `None` if it is gone.
    ///
    /// # Errors
    /// If it may not be read.
    fn high_water(&mut self, id: ProcessId) -> Result<Option<HighWater>, Error>;

    /// The arguments and environment of the process that has this pid. `None` if there is none, or
    /// if it is in the middle of an exec.
    fn startup(&mut self, pid: u32) -> Option<Startup<'static>>;

    /// The working directory of a process. `None` if it may not be read.
    fn directory(&mut self, id: ProcessId) -> Option<PathBuf>;

    /// Whether two processes share one address space, as a child of `vfork` does with its parent
    /// until it calls exec. False if unknown.
    fn same_memory(&mut self, one: ProcessId, other: ProcessId) -> bool;

    /// How many pids were assigned but never seen as a process or thread. Each may have been a
    /// process, of any user, that lived between two scans.
    fn never_seen(&self) -> u64;

    /// How many processes have been watched without a descriptor of their own, because of the limit
    /// of open files.
    fn without_descriptor(&self) -> u64;

    /// The name and command line of a process. `None` if it is gone.
    fn describe(&mut self, id: ProcessId) -> Option<Description>;

    /// The process that has this pid.
    ///
    /// # Errors
    /// If the process table as a whole cannot be read.
    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error>;
}
