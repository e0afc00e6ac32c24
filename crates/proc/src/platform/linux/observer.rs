//! The Linux implementation of [`Observer`].

use std::path::PathBuf;

use rustix::fd::RawFd;

use super::births::{BirthFinder, all, birth, read_stat};
use super::command_line::{COMMAND_LINE_BYTES, split_arguments};
use super::faults::FaultCounts;
use super::kilobytes::field_bytes;
use super::lock_waits::LockWaits;
use super::mapped::mapped;
use super::watched_process::{WatchedProcess, highest_descriptor};
use super::{ProcRoot, Stat, StatmFile, directory, startup};
use crate::{
    Birth, Description, Error, HighWater, MachineFaults, MappedRange, Observer, ProcessId,
    Proportional, Reading, Startup, State,
};

/// An observer that reads `/proc`.
#[derive(Debug)]
pub struct LinuxObserver {
    root: ProcRoot,
    births: BirthFinder,
    machine_faults: FaultCounts,
    page_bytes: u64,
    highest_descriptor: RawFd,
    without_descriptor: u64,
    lock_waits: LockWaits,
    text: Vec<u8>,
}

impl LinuxObserver {
    /// Observes the machine's own `/proc`.
    ///
    /// # Errors
    /// If `/proc` is not mounted, is empty or may not be read.
    pub fn of_this_machine() -> Result<Self, Error> {
        Self::new(ProcRoot::system()?)
    }

    /// Observes another `/proc`.
    ///
    /// # Errors
    /// If it is empty or may not be read.
    pub fn new(root: ProcRoot) -> Result<Self, Error> {
        Ok(Self {
            births: BirthFinder::new(&root)?,
            machine_faults: FaultCounts::find(&root),
            root,
            page_bytes: rustix::param::page_size() as u64,
            highest_descriptor: highest_descriptor(),
            without_descriptor: 0,
            lock_waits: LockWaits::default(),
            text: Vec::new(),
        })
    }

    fn is_still(&mut self, id: ProcessId) -> Result<bool, Error> {
        let stat = read_stat(&self.root, id.pid, &mut self.text)?;
        Ok(stat.is_some_and(|stat| stat.started == id.started))
    }
}

/// The process that has this pid. `None` if there is none, or only a thread.
///
/// # Errors
/// If `/proc` cannot be read.
pub fn identify(root: &ProcRoot, pid: u32, text: &mut Vec<u8>) -> Result<Option<Birth>, Error> {
    let stat = read_stat(root, pid, text)?;
    Ok(stat
        .filter(|stat| stat.leads_its_process)
        .as_ref()
        .map(birth))
}

/// The identity of this process. `None` if `/proc` cannot be read.
#[must_use]
pub fn own_identity() -> Option<ProcessId> {
    let root = ProcRoot::system().ok()?;
    let own = identify(&root, std::process::id(), &mut Vec::new());
    Some(own.ok()??.id)
}

/// Whether a process has ended with all its threads.
///
/// # Errors
/// If it exists and cannot be read.
pub fn has_ended(root: &ProcRoot, id: ProcessId, text: &mut Vec<u8>) -> Result<bool, Error> {
    let stat = read_stat(root, id.pid, text)?;
    // A zombie has freed its memory (`exit_mm` in `do_exit`, kernel/exit.c). A zombie leader with
    // further threads still waits for them.
    let is_zombie = |stat: &Stat| stat.state == State::Zombie && stat.threads <= 1;
    Ok(!stat.is_some_and(|stat| stat.started == id.started && !is_zombie(&stat)))
}

/// Reads fields from a file of a process. `None` if a field is missing, as for a zombie, which has
/// no memory.
fn fields<const N: usize>(
    root: &ProcRoot,
    pid: u32,
    file: &str,
    names: [&str; N],
    text: &mut Vec<u8>,
) -> Result<Option<[u64; N]>, Error> {
    if root.read_process_file(pid, file, text)?.is_none() {
        return Ok(None);
    }
    let values = names.map(|name| field_bytes(text, name));
    Ok(values
        .iter()
        .all(Option::is_some)
        .then(|| values.map(Option::unwrap_or_default)))
}

/// The name and command line of a process whose pid cannot be reused meanwhile.
#[must_use]
pub fn describe(root: &ProcRoot, pid: u32, text: &mut Vec<u8>) -> Option<Description> {
    let by_name = describe_by_name(root, pid, text)?;
    root.read_process_file(pid, "cmdline", text).ok()??;
    text.truncate(COMMAND_LINE_BYTES);
    Some(Description {
        command: split_arguments(text),
        ..by_name
    })
}

/// The same without a command line.
fn describe_by_name(root: &ProcRoot, pid: u32, text: &mut Vec<u8>) -> Option<Description> {
    root.read_process_file(pid, "comm", text).ok()??;
    let name = String::from_utf8_lossy(text.strip_suffix(b"\n").unwrap_or(text)).into_owned();
    Some(Description {
        name,
        command: Vec::new(),
    })
}

/// The high-water mark of a process whose pid cannot be reused meanwhile, such as one stopped by a
/// tracer. `None` if it has no memory any more.
#[must_use]
pub fn high_water(root: &ProcRoot, pid: u32, text: &mut Vec<u8>) -> Option<HighWater> {
    root.read_process_file(pid, "status", text).ok()??;
    Some(HighWater {
        highest_bytes: field_bytes(text, "VmHWM")?,
        now_bytes: field_bytes(text, "VmRSS")?,
        file_bytes: field_bytes(text, "RssFile")?,
        swapped_bytes: field_bytes(text, "VmSwap").unwrap_or(0),
    })
}

/// Whether two existing processes share one address space. `None` if the kernel was built without
/// `kcmp(2)` or this user lacks the permission.
#[must_use]
pub fn same_memory(one: u32, other: u32) -> Option<bool> {
    const KCMP_VM: libc::c_int = 1;
    // SAFETY: kcmp(2) takes only numbers and accesses no memory of this process.
    let order = unsafe { libc::syscall(libc::SYS_kcmp, one, other, KCMP_VM, 0, 0) };
    // 0 if they are the same, else their order.
    (order >= 0).then_some(order == 0)
}

impl Observer for LinuxObserver {
    type Handle = WatchedProcess;

    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        all(&self.root, births, &mut self.text)
    }

    fn note_present(&mut self) -> Result<(), Error> {
        self.births.note_present(&self.root)
    }

    fn note_births_until(&mut self, last_pid: u32) {
        self.births.note_until(last_pid);
    }

    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.births.since_last(&self.root, births)
    }

    fn last_pid(&mut self) -> Option<u32> {
        self.births.last_pid(&self.root)
    }

    fn births_are_complete(&mut self) -> bool {
        self.births.are_complete(&self.root)
    }

    fn watch(&mut self, id: ProcessId) -> Result<Option<WatchedProcess>, Error> {
        let Some(watched) = WatchedProcess::open(&self.root, id, self.highest_descriptor)? else {
            return Ok(None);
        };
        // The descriptor stays bound to its process. If the pid still has the start time of `id`,
        // that is the right one.
        if !self.is_still(id)? {
            return Ok(None);
        }
        self.without_descriptor += u64::from(matches!(watched, WatchedProcess::ByName(_)));
        Ok(Some(watched))
    }

    fn resident(&mut self, watched: &mut WatchedProcess) -> Result<Reading, Error> {
        watched.read(&self.root, self.page_bytes, &mut self.text)
    }

    fn resident_of(&mut self, pid: u32) -> Result<Reading, Error> {
        match StatmFile::open(&self.root, pid)? {
            Some(statm) => statm.read(&self.root, self.page_bytes),
            None => Ok(Reading::Gone),
        }
    }

    fn faults(&mut self, watched: &mut WatchedProcess) -> Result<Option<u64>, Error> {
        watched.faults(&self.root, self.highest_descriptor, &mut self.text)
    }

    fn has_ended(&mut self, id: ProcessId) -> Result<bool, Error> {
        has_ended(&self.root, id, &mut self.text)
    }

    fn huge_faults(&mut self) -> Option<u64> {
        self.machine_faults.huge(&mut self.text)
    }

    fn machine_faults(&mut self) -> Option<MachineFaults> {
        self.machine_faults.read(&mut self.text)
    }

    fn proportional(&mut self, id: ProcessId) -> Result<Option<Proportional>, Error> {
        let names = [
            "Pss",
            "Rss",
            "Anonymous",
            "Pss_Anon",
            "Private_Clean",
            "Private_Dirty",
        ];
        let (root, text) = (&self.root, &mut self.text);
        let read = || fields(root, id.pid, "smaps_rollup", names, text);
        let fields = self.lock_waits.read(read).transpose()?.flatten();
        let still = fields.filter(|_| self.is_still(id).unwrap_or(false));
        Ok(still.map(
            |[bytes, resident, anonymous, anonymous_share, clean, dirty]| Proportional {
                bytes,
                resident_bytes: resident,
                anonymous_bytes: anonymous,
                anonymous_share_bytes: anonymous_share,
                private_bytes: clean + dirty,
            },
        ))
    }

    fn mapped(
        &mut self,
        id: ProcessId,
        ranges: &mut Vec<MappedRange>,
    ) -> Result<Option<()>, Error> {
        let (root, text) = (&self.root, &mut self.text);
        let read = || mapped(root, id.pid, self.page_bytes, text, ranges);
        let found = self.lock_waits.read(read).transpose()?.flatten();
        Ok(found.filter(|()| self.is_still(id).unwrap_or(false)))
    }

    fn page_bytes(&self) -> u64 {
        self.page_bytes
    }

    fn high_water(&mut self, id: ProcessId) -> Result<Option<HighWater>, Error> {
        let names = ["VmHWM", "VmRSS", "RssFile", "VmSwap"];
        let fields = fields(&self.root, id.pid, "status", names, &mut self.text)?;
        let still = fields.filter(|_| self.is_still(id).unwrap_or(false));
        Ok(still.map(
            |[highest_bytes, now_bytes, file_bytes, swapped_bytes]| HighWater {
                highest_bytes,
                now_bytes,
                file_bytes,
                swapped_bytes,
            },
        ))
    }

    fn startup(&mut self, pid: u32) -> Option<Startup<'static>> {
        // Without a rest: it is asked for once, when a process runs another program.
        startup(&self.root, pid)
    }

    fn directory(&mut self, id: ProcessId) -> Option<PathBuf> {
        let directory = directory(&self.root, id.pid)?;
        self.is_still(id).ok()?.then_some(directory)
    }

    fn same_memory(&mut self, one: ProcessId, other: ProcessId) -> bool {
        same_memory(one.pid, other.pid) == Some(true)
    }

    fn without_descriptor(&self) -> u64 {
        self.without_descriptor
    }

    fn never_seen(&self) -> u64 {
        self.births.never_seen()
    }

    fn describe(&mut self, id: ProcessId) -> Option<Description> {
        let (root, text) = (&self.root, &mut self.text);
        let read = self.lock_waits.read(|| describe(root, id.pid, text));
        // A name is there without a wait.
        let description = read.unwrap_or_else(|| describe_by_name(root, id.pid, text))?;
        self.is_still(id).ok()?.then_some(description)
    }

    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error> {
        identify(&self.root, pid, &mut self.text)
    }
}
