//! A recorded day in a few seconds, of processes that are made up.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};
use memtop_store::{
    LivingProcess, NewRun, Pace, Pruning, RunEnd, RunWriter, Store, TimelineSegment,
};

use crate::clock::cpu_of;

const DAY: Duration = Duration::from_hours(24);
const PROCESSES: u32 = 50;

/// Prints the size of the store, how many segments and sums it holds, and the seconds of CPU time that
/// they took.
pub fn run(file: &str) -> Result<(), String> {
    let mut store = Store::open(Path::new(file)).map_err(|error| error.to_string())?;
    let run = NewRun {
        id: "20260101-000000-000000".to_owned(),
        command: "[]".to_owned(),
        started_at: "2026-01-01T00:00:00.000Z".to_owned(),
        ..NewRun::default()
    };
    let (cpu, recorded) = cpu_of(|| record_day(&mut store, &run));
    let (segments, sums) = recorded.map_err(|error| error.to_string())?;
    // Which removes nothing and has the log moved into the file.
    let size = store.prune(&Pruning::default());
    let bytes = size.map_err(|error| error.to_string())?.bytes_after;
    println!("{bytes} {segments} {sums} {:.2}", cpu.as_secs_f64());
    Ok(())
}

fn record_day(store: &mut Store, run: &NewRun) -> Result<(u64, u64), memtop_store::Error> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut writer = RunWriter::begin(store, run)?;
    let (mut segments, mut sums, mut age) = (0, 0, Duration::ZERO);
    while age < DAY {
        let Pace {
            every,
            sums: number,
        } = Pace::at(age);
        let number = u32::try_from(number).unwrap_or(1);
        let points = 1..=number;
        let segment = TimelineSegment {
            at: age + every,
            sums: points
                .map(|point| (age + every * point / number, random.below(8 << 30)))
                .collect(),
            living: (1..=PROCESSES)
                .map(|pid| living(pid, &mut random))
                .collect(),
        };
        writer.add(&segment)?;
        segments += 1;
        sums += u64::from(number);
        age += every;
    }
    writer.end(&RunEnd::default())?;
    Ok((segments, sums))
}

fn living(pid: u32, random: &mut Random) -> LivingProcess {
    LivingProcess {
        id: ProcessId { pid, started: 1 },
        description: Arc::new(Description {
            name: format!("made-up-{pid}"),
            command: Vec::new(),
        }),
        bytes: random.below(1 << 30),
    }
}

/// xorshift: the same numbers on every run, and nothing that would pack well.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}
