//! A process table that tests make up, shared with them so that they can change it.

#![allow(dead_code, reason = "each test file uses what it needs of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use memtop_proc::{
    Birth, Description, Error, HighWater, Observer, ProcessId, Proportional, Reading, Startup,
};

#[derive(Clone, Copy)]
pub struct Process {
    pub birth: Birth,
    pub bytes: u64,
    pub shared: u64,
    /// The proportional size; the resident one when absent.
    pub pss: Option<u64>,
    pub high_water: Option<HighWater>,
    /// What it takes while its proportional size is being read.
    pub grows_when_read: u64,
}

#[derive(Default)]
pub struct Table {
    pub processes: BTreeMap<u32, Process>,
    pub new: Vec<u32>,
    started_ever: u64,
    pub broken: bool,
    pub execed: Vec<u32>,
    /// Pairs that run in the same memory.
    pub same_memory: Vec<(u32, u32)>,
    /// Whose proportional size may not be read.
    pub refused: Vec<u32>,
    /// Who is still among the births and gone when looked at.
    pub leaving: Vec<u32>,
    pub pss_reads: Vec<u32>,
    pub never_seen: u64,
    /// What processes were started with: arguments and variables, divided by spaces. Without
    /// arguments they are in the midst of an exec.
    pub startups: BTreeMap<u32, (String, String)>,
}

/// Shared with the test, which changes it between samples.
#[derive(Clone, Default)]
pub struct FakeTable(Arc<Mutex<Table>>);

impl FakeTable {
    pub fn start(&self, pid: u32, parent: u32, bytes: u64) {
        self.start_as(pid, parent, bytes, |_| {});
    }

    pub fn start_as(&self, pid: u32, parent: u32, bytes: u64, change: impl FnOnce(&mut Birth)) {
        let mut table = self.0.lock().unwrap();
        table.started_ever += 1;
        let started = table.started_ever;
        let mut birth = Birth {
            id: ProcessId { pid, started },
            parent,
            group: 1,
            session: 1,
        };
        change(&mut birth);
        table.processes.insert(
            pid,
            Process {
                birth,
                bytes,
                shared: 0,
                pss: None,
                high_water: None,
                grows_when_read: 0,
            },
        );
        table.new.push(pid);
    }

    pub fn set(&self, pid: u32, bytes: u64) {
        self.0
            .lock()
            .unwrap()
            .processes
            .get_mut(&pid)
            .unwrap()
            .bytes = bytes;
    }

    pub fn share(&self, pid: u32, shared: u64, pss: u64) {
        let mut table = self.0.lock().unwrap();
        let process = table.processes.get_mut(&pid).unwrap();
        process.shared = shared;
        process.pss = Some(pss);
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub fn adopt(&self, pid: u32, parent: u32) {
        self.0
            .lock()
            .unwrap()
            .processes
            .get_mut(&pid)
            .unwrap()
            .birth
            .parent = parent;
    }

    pub fn end(&self, pid: u32) {
        self.0.lock().unwrap().processes.remove(&pid);
    }

    pub fn set_broken(&self, broken: bool) {
        self.0.lock().unwrap().broken = broken;
    }

    fn read<T>(&self, read: impl FnOnce(&mut Table) -> T) -> Result<T, Error> {
        let mut table = self.0.lock().unwrap();
        if table.broken {
            return Err(Error::Malformed {
                path: PathBuf::from("table"),
                reason: "broken",
            });
        }
        Ok(read(&mut table))
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
        self.read(|table| births.extend(table.processes.values().map(|process| process.birth)))
    }

    fn note_present(&mut self) -> Result<(), Error> {
        self.read(|table| table.new.clear())
    }

    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.read(|table| {
            let new = std::mem::take(&mut table.new);
            births.extend(
                new.iter()
                    .filter_map(|pid| Some(table.processes.get(pid)?.birth)),
            );
        })
    }

    fn watch(&mut self, id: ProcessId) -> Result<Option<ProcessId>, Error> {
        self.read(|table| {
            if table.leaving.contains(&id.pid) {
                return None;
            }
            table
                .processes
                .get(&id.pid)
                .filter(|now| now.birth.id == id)
                .map(|_| id)
        })
    }

    fn resident(&mut self, id: &mut ProcessId) -> Result<Reading, Error> {
        self.read(|table| match table.processes.get(&id.pid) {
            Some(process) if process.birth.id == *id => Reading::Resident {
                bytes: process.bytes,
                shared_bytes: process.shared,
            },
            _ => Reading::Gone,
        })
    }

    fn resident_of(&mut self, pid: u32) -> Result<Reading, Error> {
        self.read(|table| match table.processes.get(&pid) {
            Some(process) => Reading::Resident {
                bytes: process.bytes,
                shared_bytes: process.shared,
            },
            None => Reading::Gone,
        })
    }

    fn proportional(&mut self, id: ProcessId) -> Result<Option<Proportional>, Error> {
        self.read(|table| {
            if table.refused.contains(&id.pid) {
                let source = std::io::ErrorKind::PermissionDenied.into();
                return Err(Error::System {
                    path: PathBuf::from("smaps_rollup"),
                    source,
                });
            }
            table.pss_reads.push(id.pid);
            let Some(process) = table.processes.get_mut(&id.pid) else {
                return Ok(None);
            };
            let read = Proportional {
                bytes: process.pss.unwrap_or(process.bytes),
                resident_bytes: process.bytes,
            };
            process.bytes += std::mem::take(&mut process.grows_when_read);
            Ok(Some(read))
        })?
    }

    fn high_water(&mut self, id: ProcessId) -> Result<Option<HighWater>, Error> {
        self.read(|table| {
            let process = table.processes.get(&id.pid)?;
            let now_bytes = process.bytes;
            Some(process.high_water.unwrap_or(HighWater {
                highest_bytes: now_bytes,
                now_bytes,
                file_bytes: 0,
            }))
        })
    }

    fn directory(&mut self, _: ProcessId) -> Option<PathBuf> {
        None
    }

    fn startup(&mut self, id: ProcessId) -> Option<Startup<'static>> {
        let table = self.0.lock().unwrap();
        let (arguments, environment) = table.startups.get(&id.pid)?;
        (!arguments.is_empty()).then(|| startup(arguments, environment))
    }

    fn same_memory(&mut self, one: ProcessId, other: ProcessId) -> bool {
        self.0
            .lock()
            .unwrap()
            .same_memory
            .contains(&(one.pid, other.pid))
    }

    fn without_descriptor(&self) -> u64 {
        0
    }

    fn never_seen(&self) -> u64 {
        self.0.lock().unwrap().never_seen
    }

    fn describe(&mut self, id: ProcessId) -> Option<Description> {
        let execed = self.0.lock().unwrap().execed.contains(&id.pid);
        let name = format!("{}{}", if execed { "execed" } else { "p" }, id.pid);
        let command = vec![if execed {
            name.clone()
        } else {
            "program".to_owned()
        }];
        Some(Description { name, command })
    }

    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error> {
        self.read(|table| table.processes.get(&pid).map(|process| process.birth))
    }
}
