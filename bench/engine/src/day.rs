//! A day of samples in a few seconds, of processes that are made up.

use std::path::PathBuf;
use std::time::Duration;

use memtop_proc::{
    Birth, Description, Error, FileId, HighWater, MachineFaults, MappedRange, Observer, ProcessId,
    Proportional, Reading, Startup,
};
use memtop_sampler::{Metric, Sampler};

use crate::allocated;
use crate::clock::cpu_of;

const INTERVAL: Duration = Duration::from_millis(100);
const SAMPLES: u32 = 24 * 60 * 60 * 10;
const ROOT: u32 = 1;
/// Those from the root to this one live all day.
const LASTING: u32 = 20;
/// The most that a kernel gives out.
const LAST_PID: u32 = 4_194_304;

/// Prints for a day of lasting processes, and for one with a new process each sample: bytes held
/// at the end, the most held at once, and the seconds of CPU time that it took.
pub fn run() -> Result<(), String> {
    for births_a_sample in [0, 1] {
        one_day(births_a_sample)?;
    }
    Ok(())
}

fn one_day(births_a_sample: u32) -> Result<(), String> {
    allocated::highest();
    let before = allocated::now();
    let world = World::new(births_a_sample);
    let mut sampler = Sampler::new(world, Metric::Auto);
    let task = sampler
        .add_task(ROOT, Duration::ZERO)
        .map_err(|error| error.to_string())?
        .ok_or("there is no root")?;
    let (cpu, outcome) =
        cpu_of(|| (1..=SAMPLES).try_for_each(|sample| sampler.tick(INTERVAL * sample)));
    outcome.map_err(|error| error.to_string())?;
    let (held, highest) = (allocated::now() - before, allocated::highest() - before);
    let record = sampler.task_record(task).unwrap_or_default();
    println!(
        "{SAMPLES} {} {} {held} {highest} {:.1}",
        record.seen,
        record.timeline.points().len(),
        cpu.as_secs_f64()
    );
    Ok(())
}

/// Processes whose memory wanders. The first ones stay; each later one lives for a few samples.
struct World {
    births_a_sample: u32,
    next_pid: u32,
    living: Vec<u32>,
    random: u64,
}

impl World {
    fn new(births_a_sample: u32) -> Self {
        Self {
            births_a_sample,
            next_pid: LASTING + 1,
            living: (ROOT..=LASTING).collect(),
            random: 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// xorshift: the same numbers on every run.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn bear(&mut self) -> u32 {
        let pid = self.next_pid;
        self.next_pid = if pid == LAST_PID {
            LASTING + 1
        } else {
            pid + 1
        };
        self.living.push(pid);
        if self.living.len() > 2 * LASTING as usize {
            self.living.remove(LASTING as usize);
        }
        pid
    }
}

fn birth(pid: u32) -> Birth {
    Birth {
        id: ProcessId { pid, started: 1 },
        parent: if pid == ROOT { 0 } else { ROOT },
        group: ROOT,
        session: ROOT,
        image: None,
        faults: 0,
    }
}

impl Observer for World {
    type Handle = u32;

    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        births.extend(self.living.iter().map(|&pid| birth(pid)));
        Ok(())
    }

    fn note_present(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn last_pid(&mut self) -> Option<u32> {
        None
    }

    fn births_are_complete(&mut self) -> bool {
        true
    }

    fn note_births_until(&mut self, _last_pid: u32) {}

    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        for _ in 0..self.births_a_sample {
            births.push(birth(self.bear()));
        }
        Ok(())
    }

    fn watch(&mut self, id: ProcessId) -> Result<Option<u32>, Error> {
        Ok(Some(id.pid))
    }

    fn resident(&mut self, pid: &mut u32) -> Result<Reading, Error> {
        if !self.living.contains(pid) {
            return Ok(Reading::Gone);
        }
        Ok(Reading::Resident {
            bytes: (100 << 20) + self.random() % (50 << 20),
            shared_bytes: 1 << 20,
        })
    }

    fn resident_of(&mut self, mut pid: u32) -> Result<Reading, Error> {
        self.resident(&mut pid)
    }

    fn has_ended(&mut self, _: ProcessId) -> Result<bool, Error> {
        Ok(true)
    }

    fn faults(&mut self, _: &mut u32) -> Result<Option<u64>, Error> {
        Ok(Some(0))
    }

    fn huge_faults(&mut self) -> Option<u64> {
        Some(0)
    }

    fn machine_faults(&mut self) -> Option<MachineFaults> {
        None
    }

    fn mapped(&mut self, _: ProcessId, ranges: &mut Vec<MappedRange>) -> Result<Option<()>, Error> {
        ranges.push(MappedRange {
            file: FileId {
                device: 1,
                inode: 1,
            },
            first_page: 0,
            pages: 256,
        });
        Ok(Some(()))
    }

    fn page_bytes(&self) -> u64 {
        4096
    }

    fn proportional(&mut self, _: ProcessId) -> Result<Option<Proportional>, Error> {
        Ok(Some(Proportional {
            bytes: 100 << 20,
            resident_bytes: 100 << 20,
            anonymous_bytes: 99 << 20,
            anonymous_share_bytes: 99 << 20,
            private_bytes: 99 << 20,
        }))
    }

    fn high_water(&mut self, _: ProcessId) -> Result<Option<HighWater>, Error> {
        Ok(Some(HighWater {
            highest_bytes: 150 << 20,
            now_bytes: 100 << 20,
            file_bytes: 0,
            swapped_bytes: 0,
        }))
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

    fn describe(&mut self, id: ProcessId) -> Option<Description> {
        Some(Description {
            name: "made-up".to_owned(),
            command: vec![format!("/usr/bin/made-up-{}", id.pid)],
        })
    }

    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error> {
        Ok(self.living.contains(&pid).then(|| birth(pid)))
    }
}
