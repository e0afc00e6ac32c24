//! The seam between a sampler and the operating system.

use std::borrow::Cow;
use std::path::PathBuf;

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
    /// Names the start of the program that it runs: a fork has that of its parent until it execs.
    /// `None` where that may not be known.
    pub image: Option<u64>,
    /// Page faults that it has had so far.
    pub faults: u64,
}

/// What one look at a process's memory gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Zero for a zombie, which no longer has any memory.
    Resident {
        /// All resident memory.
        bytes: u64,
        /// The part that belongs to files or to shared memory, which others may have, too.
        shared_bytes: u64,
    },
    /// The process has ended.
    Gone,
}

/// What a process was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Startup<'a> {
    /// Its arguments, each with NUL at its end.
    pub arguments: Cow<'a, [u8]>,
    /// Its variables, likewise; none where they must not be read.
    pub environment: Cow<'a, [u8]>,
}

/// The memory of a process at one instant, by a walk over all of its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proportional {
    /// Each page counted by how many processes share it.
    pub bytes: u64,
    /// Each page counted in full.
    pub resident_bytes: u64,
    /// Pages that no file backs, in full.
    pub anonymous_bytes: u64,
    /// The same counted by how many processes share each.
    pub anonymous_share_bytes: u64,
    /// Pages of any kind that no other process has.
    pub private_bytes: u64,
}

/// Page faults on the whole machine, of whomever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MachineFaults {
    /// All of them.
    pub all: u64,
    /// Those that gave a huge page of memory that no file backs. `None` where any may have.
    pub huge: Option<u64>,
}

/// Names a file or a piece of shared memory, the same for every process that maps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    /// The file system that it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

/// Pages of a file that follow each other and that a process has mapped and in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedRange {
    /// Of which file.
    pub file: FileId,
    /// The first of them, counted from the start of the file.
    pub first_page: u64,
    /// How many.
    pub pages: u64,
}

/// What the kernel itself remembers of a process's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HighWater {
    /// The highest resident memory it ever had.
    pub highest_bytes: u64,
    /// Its resident memory at the same look.
    pub now_bytes: u64,
    /// The part of that which belongs to files.
    pub file_bytes: u64,
    /// What of its memory is swapped out, beside that.
    pub swapped_bytes: u64,
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

    /// Appends every process that is visible now, whether its birth was told or not.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error>;

    /// Takes note of who is there, so that the next [`Self::births`] tells of nobody else than who
    /// came after. Much cheaper than [`Self::all`].
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn note_present(&mut self) -> Result<(), Error>;

    /// Appends the processes that came into sight since the last call of this or of
    /// [`Self::note_present`].
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error>;

    /// Whether [`Self::births`] has reported every process born until now. False where that cannot
    /// be known.
    fn births_are_told(&mut self) -> bool;

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

    /// The resident memory of whoever has this pid now.
    ///
    /// # Errors
    /// When there is a process and its memory cannot be read.
    fn resident_of(&mut self, pid: u32) -> Result<Reading, Error>;

    /// Page faults of a watched process so far. `None` when it has ended.
    ///
    /// # Errors
    /// When the process is there and cannot be read.
    fn faults(&mut self, handle: &mut Self::Handle) -> Result<Option<u64>, Error>;

    /// Whether a process has ended and given back all its memory. One that is on its way out has
    /// none to be seen any more, and others still share its pages with it.
    ///
    /// # Errors
    /// When the process is there and cannot be read.
    fn has_ended(&mut self, id: ProcessId) -> Result<bool, Error>;

    /// Page faults on the whole machine so far that gave a huge page of memory that no file backs.
    /// `None` where any may have.
    fn huge_faults(&mut self) -> Option<u64>;

    /// Page faults on the whole machine so far. `None` where nothing tells. This takes longer.
    fn machine_faults(&mut self) -> Option<MachineFaults>;

    /// The memory of a process in which each page counts by how many share it (PSS). `None` when
    /// the process is gone.
    ///
    /// This walks the whole memory of the process and holds up its page faults meanwhile.
    ///
    /// # Errors
    /// When it may not be read.
    fn proportional(&mut self, id: ProcessId) -> Result<Option<Proportional>, Error>;

    /// Appends the pages of files and of shared memory that a process has mapped and in memory.
    /// `None` when it is gone.
    ///
    /// # Errors
    /// When it may not be read.
    fn mapped(&mut self, id: ProcessId, ranges: &mut Vec<MappedRange>)
    -> Result<Option<()>, Error>;

    /// The size of a page in bytes.
    fn page_bytes(&self) -> u64;

    /// The most memory that a process ever had. `None` when it is gone.
    ///
    /// # Errors
    /// When it may not be read.
    fn high_water(&mut self, id: ProcessId) -> Result<Option<HighWater>, Error>;

    /// What a process was started with. `None` when it is gone, and while it becomes another program.
    fn startup(&mut self, id: ProcessId) -> Option<Startup<'static>>;

    /// The folder that a process works in, where that may be known.
    fn directory(&mut self, id: ProcessId) -> Option<PathBuf>;

    /// Whether two processes run in the very same memory, as a child of `vfork` does with its
    /// parent until it execs. False where that cannot be told.
    fn same_memory(&mut self, one: ProcessId, other: ProcessId) -> bool;

    /// How many pids were given out and never seen to be a process or a thread. Each may have been
    /// a process that lived between two looks, anybody's.
    fn never_seen(&self) -> u64;

    /// How many processes have been watched without a descriptor of their own, because of the limit
    /// of open files.
    fn without_descriptor(&self) -> u64;

    /// The name and command line of a process. `None` when it is gone.
    fn describe(&mut self, id: ProcessId) -> Option<Description>;

    /// The identity of the process that has this pid now.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error>;
}
