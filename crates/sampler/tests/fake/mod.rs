//! A process table that tests make up, shared with them so that they can change it.

#![allow(dead_code, reason = "each test file uses what it needs of it")]

mod memory;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use memtop_proc::{
    Birth, Description, Error, GroupCounters, GroupMemory, HighWater, MachineFaults, MappedRange,
    Observer, ProcessId, Proportional, Reading, Startup,
};

use memory::Memories;

#[derive(Clone, Copy)]
pub struct Process {
    pub birth: Birth,
    /// The number of its memory.
    pub memory: u64,
    /// What the kernel remembers of it, if that is not to be worked out.
    pub high_water: Option<HighWater>,
    /// What it takes while its pages are being looked at.
    pub grows_when_read: u64,
    /// It is on its way out: it shows no memory, and others still share its pages with it.
    pub is_exiting: bool,
}

/// Something that happens to the table.
type Happening = Box<dyn FnOnce(&mut Table) + Send>;

#[expect(clippy::struct_excessive_bools, reason = "each is a wish of some test")]
pub struct Table {
    pub processes: BTreeMap<u32, Process>,
    pub new: Vec<u32>,
    pub memories: Memories,
    started_ever: u64,
    pub broken: bool,
    /// Those with another name and command line by now.
    pub execed: Vec<u32>,
    /// What they call themselves.
    pub titles: BTreeMap<u32, Description>,
    /// Processes whose pages may not be looked at.
    pub refused: Vec<u32>,
    /// All processes are gone by the time that pages are read.
    pub hides_pages: bool,
    /// Processes that are still among the births and gone when they are read.
    pub leaving: Vec<u32>,
    /// Processes whose pages were walked over, and those whose pages of files were read.
    pub pss_reads: Vec<u32>,
    pub mapped_reads: Vec<u32>,
    pub never_seen: u64,
    /// What processes were started with: arguments and variables, divided by spaces. Without
    /// arguments they are in the midst of an exec.
    pub startups: BTreeMap<u32, (String, String)>,
    /// Processes of which this was read.
    pub startup_reads: Vec<u32>,
    pub page_bytes: u64,
    /// Whether it may be known which program a process runs.
    pub hides_images: bool,
    /// Page faults on the whole machine, and whether they are reported.
    faults: u64,
    pub tells_machine_faults: bool,
    pub huge_faults: Option<u64>,
    /// What happens once the memory of this one has been read, and once its pages have been walked
    /// over.
    pub after_reading: BTreeMap<u32, Happening>,
    pub after_walk: BTreeMap<u32, Happening>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            processes: BTreeMap::new(),
            new: Vec::new(),
            memories: Memories::default(),
            started_ever: 0,
            broken: false,
            execed: Vec::new(),
            titles: BTreeMap::new(),
            refused: Vec::new(),
            hides_pages: false,
            leaving: Vec::new(),
            pss_reads: Vec::new(),
            mapped_reads: Vec::new(),
            never_seen: 0,
            startups: BTreeMap::new(),
            startup_reads: Vec::new(),
            page_bytes: 1,
            hides_images: false,
            faults: 0,
            tells_machine_faults: false,
            huge_faults: Some(0),
            after_reading: BTreeMap::new(),
            after_walk: BTreeMap::new(),
        }
    }
}

impl Table {
    fn add(&mut self, pid: u32, memory: u64, birth: Birth) {
        let process = Process {
            birth,
            memory,
            high_water: None,
            grows_when_read: 0,
            is_exiting: false,
        };
        self.processes.insert(pid, process);
        self.new.push(pid);
    }

    fn next_number(&mut self) -> u64 {
        self.started_ever += 1;
        self.started_ever
    }

    /// Starts a process with memory of its own.
    pub fn start(&mut self, pid: u32, parent: u32, bytes: u64, change: impl FnOnce(&mut Birth)) {
        self.end(pid);
        let pages = bytes / self.page_bytes;
        let memory = self.memories.create(pages);
        let started = self.next_number();
        let mut birth = Birth {
            id: ProcessId { pid, started },
            parent,
            group: 1,
            session: 1,
            image: Some(started),
            faults: pages,
        };
        change(&mut birth);
        self.faults += pages;
        self.add(pid, memory, birth);
    }

    fn start_as_forked(&mut self, pid: u32, parent: u32, memory: u64) {
        let started = self.next_number();
        let birth = Birth {
            id: ProcessId { pid, started },
            parent,
            faults: 0,
            ..self.processes[&parent].birth
        };
        self.add(pid, memory, birth);
    }

    /// Starts a process with a copy of its parent's memory.
    pub fn fork(&mut self, pid: u32, parent: u32) {
        let memory = self.memories.fork(self.processes[&parent].memory);
        self.start_as_forked(pid, parent, memory);
    }

    /// Starts a process in its parent's memory.
    pub fn vfork(&mut self, pid: u32, parent: u32) {
        let memory = self.processes[&parent].memory;
        self.start_as_forked(pid, parent, memory);
    }

    fn fault(&mut self, pid: u32, faults: u64) {
        self.process(pid).birth.faults += faults;
        self.faults += faults;
    }

    pub fn process(&mut self, pid: u32) -> &mut Process {
        self.processes.get_mut(&pid).unwrap()
    }

    /// From now on it has `bytes` in memory, mapped files included.
    pub fn set(&mut self, pid: u32, bytes: u64) {
        let memory = self.process(pid).memory;
        let has = self.memories.get(memory);
        let anonymous = (bytes / self.page_bytes + has.swapped).saturating_sub(has.mapped());
        let taken = self.memories.resize(memory, anonymous);
        self.fault(pid, taken);
    }

    /// It allocates `bytes` more.
    pub fn grow(&mut self, pid: u32, bytes: u64) {
        let before = self.resident(pid);
        self.set(pid, before + bytes);
    }

    fn resident(&self, pid: u32) -> u64 {
        self.memories.get(self.processes[&pid].memory).resident() * self.page_bytes
    }

    /// It writes to `bytes` of its memory, the oldest first.
    pub fn write(&mut self, pid: u32, bytes: u64) {
        self.write_at(pid, 0, bytes / self.page_bytes);
    }

    pub fn write_at(&mut self, pid: u32, skipped: u64, pages: u64) {
        let memory = self.process(pid).memory;
        let written = self.memories.write(memory, number(skipped), number(pages));
        self.fault(pid, written);
    }

    /// It gives back N pages after the first few.
    pub fn give_back_at(&mut self, pid: u32, skipped: u64, pages: u64) {
        let memory = self.process(pid).memory;
        self.memories
            .give_back(memory, number(skipped), number(pages));
    }

    /// It has the first N bytes of a file in memory.
    pub fn map(&mut self, pid: u32, file: u64, bytes: u64) {
        let pages = bytes / self.page_bytes;
        self.map_at(pid, file, 0..pages);
    }

    pub fn map_at(&mut self, pid: u32, file: u64, pages: std::ops::Range<u64>) {
        let memory = self.process(pid).memory;
        let faults = pages.end.saturating_sub(pages.start).div_ceil(16);
        self.memories.map(memory, file, pages);
        self.fault(pid, faults);
    }

    pub fn unmap(&mut self, pid: u32, file: u64) {
        let memory = self.process(pid).memory;
        self.memories.unmap(memory, file);
    }

    /// `bytes` of its memory are swapped out.
    pub fn swap_out(&mut self, pid: u32, bytes: u64) {
        let pages = bytes / self.page_bytes;
        let memory = self.process(pid).memory;
        self.memories.get_mut(memory).swapped = pages;
    }

    /// It runs another program of the same name and command line, with `bytes` of memory.
    pub fn exec(&mut self, pid: u32, bytes: u64) {
        let pages = bytes / self.page_bytes;
        let memory = self.memories.create(pages);
        let image = self.next_number();
        let process = self.process(pid);
        let before = std::mem::replace(&mut process.memory, memory);
        process.birth.image = Some(image);
        self.fault(pid, pages);
        self.release(before);
    }

    /// It ends. Its children stay with it until they are adopted.
    pub fn end(&mut self, pid: u32) {
        if let Some(gone) = self.processes.remove(&pid) {
            self.release(gone.memory);
        }
    }

    fn release(&mut self, memory: u64) {
        let mut others = self.processes.values();
        if !others.any(|process| process.memory == memory) {
            self.memories.remove(memory);
        }
    }

    /// It starts to exit, and remains in that state.
    pub fn begin_exit(&mut self, pid: u32) {
        self.process(pid).is_exiting = true;
    }

    /// It has ended and its parent has not waited for it yet. Its children become those of another.
    pub fn be_zombie(&mut self, pid: u32, to: u32) {
        self.leave_children(pid, to);
        let nothing = self.memories.create(0);
        let process = self.process(pid);
        process.is_exiting = false;
        let before = std::mem::replace(&mut process.memory, nothing);
        process.birth.image = None;
        self.release(before);
    }

    /// It ends, and its children become those of another.
    pub fn end_and_leave_children(&mut self, pid: u32, to: u32) {
        self.end(pid);
        self.leave_children(pid, to);
    }

    fn leave_children(&mut self, pid: u32, to: u32) {
        for child in self.processes.values_mut() {
            if child.birth.parent == pid {
                child.birth.parent = to;
            }
        }
    }

    fn birth(&self, pid: u32) -> Option<Birth> {
        let birth = self.processes.get(&pid)?.birth;
        Some(Birth {
            image: birth.image.filter(|_| !self.hides_images),
            ..birth
        })
    }

    fn reading(&mut self, pid: u32) -> Reading {
        let memory = self.memories.get(self.processes[&pid].memory);
        let reading = if self.processes[&pid].is_exiting {
            Reading::Resident {
                bytes: 0,
                shared_bytes: 0,
            }
        } else {
            Reading::Resident {
                bytes: memory.resident() * self.page_bytes,
                shared_bytes: memory.mapped() * self.page_bytes,
            }
        };
        if let Some(happen) = self.after_reading.remove(&pid) {
            happen(self);
        }
        reading
    }

    fn refusal(&self, pid: u32) -> Result<(), Error> {
        if !self.refused.contains(&pid) {
            return Ok(());
        }
        let source = std::io::ErrorKind::PermissionDenied.into();
        Err(Error::System {
            path: PathBuf::from("smaps_rollup"),
            source,
        })
    }

    /// Every page that one of them has, once: those that no file backs, also where they are still
    /// to be released, and those of files.
    pub fn unique(&self, pids: impl IntoIterator<Item = u32>) -> (u64, u64) {
        let processes = pids.into_iter().filter_map(|pid| self.processes.get(&pid));
        let memories: BTreeSet<u64> = processes.map(|process| process.memory).collect();
        let memories: Vec<_> = memories
            .iter()
            .map(|&number| (number, self.memories.get(number)))
            .collect();
        let pages = memories.iter().flat_map(|(_, memory)| memory.pages());
        let distinct: BTreeSet<u64> = pages.collect();
        let others = memories
            .iter()
            .filter(|(_, memory)| memory.pages().next().is_none());
        let anonymous =
            distinct.len() as u64 + others.map(|(_, memory)| memory.anonymous()).sum::<u64>();
        let living = self
            .processes
            .values()
            .filter(|process| !process.is_exiting);
        let living: BTreeSet<u64> = living.map(|process| process.memory).collect();
        let files: BTreeSet<_> = memories
            .iter()
            .filter(|(number, _)| living.contains(number))
            .flat_map(|(_, memory)| memory.files())
            .collect();
        (
            anonymous * self.page_bytes,
            files.len() as u64 * self.page_bytes,
        )
    }
}

fn number(pages: u64) -> usize {
    usize::try_from(pages).unwrap()
}

/// Shared with the test, which changes it between samples.
#[derive(Clone, Default)]
pub struct FakeTable(Arc<Mutex<Table>>);

impl FakeTable {
    /// With pages of this size.
    pub fn of_pages(page_bytes: u64) -> Self {
        let table = Self::default();
        table.change(|table| table.page_bytes = page_bytes);
        table
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub fn start(&self, pid: u32, parent: u32, bytes: u64) {
        self.start_as(pid, parent, bytes, |_| {});
    }

    pub fn start_as(&self, pid: u32, parent: u32, bytes: u64, change: impl FnOnce(&mut Birth)) {
        self.change(|table| table.start(pid, parent, bytes, change));
    }

    pub fn fork(&self, pid: u32, parent: u32) {
        self.change(|table| table.fork(pid, parent));
    }

    pub fn vfork(&self, pid: u32, parent: u32) {
        self.change(|table| table.vfork(pid, parent));
    }

    pub fn set(&self, pid: u32, bytes: u64) {
        self.change(|table| table.set(pid, bytes));
    }

    pub fn grow(&self, pid: u32, bytes: u64) {
        self.change(|table| table.grow(pid, bytes));
    }

    pub fn write(&self, pid: u32, bytes: u64) {
        self.change(|table| table.write(pid, bytes));
    }

    pub fn map(&self, pid: u32, file: u64, bytes: u64) {
        self.change(|table| table.map(pid, file, bytes));
    }

    pub fn exec(&self, pid: u32, bytes: u64) {
        self.change(|table| table.exec(pid, bytes));
    }

    /// The same with another name and command line.
    pub fn exec_another(&self, pid: u32, bytes: u64) {
        self.change(|table| {
            table.exec(pid, bytes);
            table.execed.push(pid);
        });
    }

    pub fn adopt(&self, pid: u32, parent: u32) {
        self.change(|table| table.process(pid).birth.parent = parent);
    }

    pub fn end(&self, pid: u32) {
        self.change(|table| table.end(pid));
    }

    pub fn set_broken(&self, broken: bool) {
        self.change(|table| table.broken = broken);
    }

    fn read<T>(&self, read: impl FnOnce(&mut Table) -> T) -> Result<T, Error> {
        let mut table = self.0.lock().unwrap();
        if table.broken {
            return Err(Error::Unusable {
                path: PathBuf::from("table"),
                reason: "broken",
            });
        }
        Ok(read(&mut table))
    }
}

/// What the kernel counts of a group, as set by tests.
#[derive(Clone, Debug, Default)]
pub struct FakeCounters(Arc<Mutex<Option<GroupMemory>>>);

impl FakeCounters {
    /// Counts this from now on; nothing any more with `None`.
    pub fn set(&self, counted: Option<GroupMemory>) {
        *self.0.lock().unwrap() = counted;
    }

    pub fn boxed(&self) -> Box<dyn GroupCounters> {
        Box::new(self.clone())
    }
}

impl GroupCounters for FakeCounters {
    fn read(&mut self) -> Option<GroupMemory> {
        *self.0.lock().unwrap()
    }
}

/// Arguments and variables, divided by spaces.
pub fn startup(arguments: &str, environment: &str) -> Startup<'static> {
    let words = |text: &str| text.replace(' ', "\0").into_bytes();
    Startup {
        arguments: words(arguments).into(),
        environment: words(environment).into(),
    }
}

impl Observer for FakeTable {
    type Handle = ProcessId;

    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.read(|table| {
            let pids = table.processes.keys();
            births.extend(pids.filter_map(|&pid| table.birth(pid)));
        })
    }

    fn note_present(&mut self) -> Result<(), Error> {
        self.read(|table| table.new.clear())
    }

    fn note_births_until(&mut self, last_pid: u32) {
        self.change(|table| table.new.retain(|&pid| pid > last_pid));
    }

    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.read(|table| {
            for pid in std::mem::take(&mut table.new) {
                match table.birth(pid) {
                    Some(birth) => births.push(birth),
                    None => table.never_seen += 1,
                }
            }
        })
    }

    fn last_pid(&mut self) -> Option<u32> {
        self.change(|table| table.processes.keys().copied().max())
    }

    fn births_are_complete(&mut self) -> bool {
        self.change(|table| table.new.is_empty())
    }

    fn watch(&mut self, id: ProcessId) -> Result<Option<ProcessId>, Error> {
        self.read(|table| {
            if table.leaving.contains(&id.pid) {
                return None;
            }
            table.is_there(id).then_some(id)
        })
    }

    fn resident(&mut self, id: &mut ProcessId) -> Result<Reading, Error> {
        self.read(|table| {
            if table.is_there(*id) {
                table.reading(id.pid)
            } else {
                Reading::Gone
            }
        })
    }

    fn resident_of(&mut self, pid: u32) -> Result<Reading, Error> {
        self.read(|table| {
            if table.processes.contains_key(&pid) {
                table.reading(pid)
            } else {
                Reading::Gone
            }
        })
    }

    fn faults(&mut self, id: &mut ProcessId) -> Result<Option<u64>, Error> {
        self.read(|table| {
            let process = table.processes.get(&id.pid)?;
            (process.birth.id == *id).then_some(process.birth.faults)
        })
    }

    fn has_ended(&mut self, id: ProcessId) -> Result<bool, Error> {
        self.read(|table| {
            let process = table.processes.get(&id.pid);
            let process = process.filter(|process| process.birth.id == id);
            process.is_none_or(|process| process.birth.image.is_none())
        })
    }

    fn huge_faults(&mut self) -> Option<u64> {
        self.change(|table| table.huge_faults)
    }

    fn machine_faults(&mut self) -> Option<MachineFaults> {
        self.change(|table| {
            table.tells_machine_faults.then_some(MachineFaults {
                all: table.faults,
                huge: table.huge_faults,
            })
        })
    }

    fn proportional(&mut self, id: ProcessId) -> Result<Option<Proportional>, Error> {
        self.read(|table| {
            table.refusal(id.pid)?;
            table.pss_reads.push(id.pid);
            let is_exiting = |table: &Table| table.processes[&id.pid].is_exiting;
            if !table.is_there(id) || table.hides_pages || is_exiting(table) {
                return Ok(None);
            }
            let memory = table.processes[&id.pid].memory;
            let read = table.memories.walk(memory, table.page_bytes);
            let more = std::mem::take(&mut table.process(id.pid).grows_when_read);
            table.grow(id.pid, more);
            if let Some(happen) = table.after_walk.remove(&id.pid) {
                happen(table);
            }
            Ok(Some(read))
        })?
    }

    fn mapped(
        &mut self,
        id: ProcessId,
        ranges: &mut Vec<MappedRange>,
    ) -> Result<Option<()>, Error> {
        self.read(|table| {
            table.refusal(id.pid)?;
            table.mapped_reads.push(id.pid);
            let is_exiting = |table: &Table| table.processes[&id.pid].is_exiting;
            if !table.is_there(id) || table.hides_pages || is_exiting(table) {
                return Ok(None);
            }
            let memory = table.processes[&id.pid].memory;
            table.memories.get(memory).ranges(ranges);
            Ok(Some(()))
        })?
    }

    fn page_bytes(&self) -> u64 {
        self.change(|table| table.page_bytes)
    }

    fn high_water(&mut self, id: ProcessId) -> Result<Option<HighWater>, Error> {
        self.read(|table| {
            if !table.is_there(id) {
                return None;
            }
            let process = table.processes[&id.pid];
            if process.is_exiting {
                return None;
            }
            let memory = table.memories.get(process.memory);
            Some(process.high_water.unwrap_or(HighWater {
                highest_bytes: memory.highest * table.page_bytes,
                now_bytes: memory.resident() * table.page_bytes,
                file_bytes: memory.mapped() * table.page_bytes,
                swapped_bytes: memory.swapped * table.page_bytes,
            }))
        })
    }

    fn directory(&mut self, _: ProcessId) -> Option<PathBuf> {
        None
    }

    fn startup(&mut self, pid: u32) -> Option<Startup<'static>> {
        let mut table = self.0.lock().unwrap();
        table.startup_reads.push(pid);
        let (arguments, environment) = table.startups.get(&pid)?;
        (!arguments.is_empty()).then(|| startup(arguments, environment))
    }

    fn same_memory(&mut self, one: ProcessId, other: ProcessId) -> bool {
        self.change(|table| {
            let memory = |id: ProcessId| Some(table.processes.get(&id.pid)?.memory);
            memory(one).is_some() && memory(one) == memory(other)
        })
    }

    fn without_descriptor(&self) -> u64 {
        0
    }

    fn never_seen(&self) -> u64 {
        self.change(|table| table.never_seen)
    }

    fn describe(&mut self, id: ProcessId) -> Option<Description> {
        self.change(|table| {
            if let Some(title) = table.titles.get(&id.pid) {
                return Some(title.clone());
            }
            let (name, command) = if table.execed.contains(&id.pid) {
                (format!("execed{}", id.pid), format!("execed{}", id.pid))
            } else {
                (format!("p{}", id.pid), "program".to_owned())
            };
            Some(Description {
                name,
                command: vec![command],
            })
        })
    }

    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error> {
        self.read(|table| table.birth(pid))
    }
}

impl Table {
    fn is_there(&self, id: ProcessId) -> bool {
        let now = self.processes.get(&id.pid);
        now.is_some_and(|now| now.birth.id == id)
    }
}
