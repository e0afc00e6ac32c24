//! The cost of a sample in the form that the scripts of the peers give it, for memtop and for the
//! crate sysinfo.

use std::collections::HashMap;
use std::time::Duration;

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::clock::{cpu_of, micros};
use crate::number;
use crate::tick::Sampled;

const WARM_UP_SAMPLES: u32 = 5;
const ENOUGH: Duration = Duration::from_millis(300);

pub fn run(words: &[&str]) -> Result<(), String> {
    match *words {
        ["memtop", pid] => {
            let mut sampled = Sampled::start(number(pid)?)?;
            sampled.settle()?;
            let cost = mean_cost(|| sampled.tick_and_follow())?;
            print(cost, sampled.seen());
            Ok(())
        }
        ["sysinfo", pid] => through_sysinfo(number(pid)?, ProcessRefreshKind::without_tasks),
        ["sysinfo-with-tasks", pid] => {
            through_sysinfo(number(pid)?, ProcessRefreshKind::with_tasks)
        }
        _ => Err(format!("there is no peer {words:?}")),
    }
}

fn mean_cost(mut sample: impl FnMut() -> Result<Duration, String>) -> Result<(f64, u32), String> {
    let (mut samples, mut used) = (0, Duration::ZERO);
    while used < ENOUGH {
        used += sample()?;
        samples += 1;
    }
    Ok((micros(used) / f64::from(samples), samples))
}

fn print((each, samples): (f64, u32), (processes, bytes): (u64, u64)) {
    println!("{each} {samples} {processes} {bytes}");
}

fn through_sysinfo(
    root: u32,
    tasks: fn(ProcessRefreshKind) -> ProcessRefreshKind,
) -> Result<(), String> {
    let wanted = tasks(ProcessRefreshKind::nothing().with_memory());
    let mut system = System::new().map_err(|error| error.to_string())?;
    let mut seen = (0, 0);
    let mut sample = || {
        let (cpu, now) = cpu_of(|| {
            system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
            sum_of_tree(&system, Pid::from_u32(root))
        });
        seen = now;
        Ok(cpu)
    };
    for _ in 0..WARM_UP_SAMPLES {
        sample()?;
    }
    let cost = mean_cost(sample)?;
    print(cost, seen);
    Ok(())
}

fn sum_of_tree(system: &System, root: Pid) -> (u64, u64) {
    let mut children: HashMap<Pid, Vec<Pid>> = HashMap::new();
    for (&pid, process) in system.processes() {
        if process.thread_kind().is_none()
            && let Some(parent) = process.parent()
        {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut open, mut processes, mut bytes) = (vec![root], 0, 0);
    while let Some(pid) = open.pop() {
        processes += 1;
        bytes += system.process(pid).map_or(0, sysinfo::Process::memory);
        open.extend(children.get(&pid).into_iter().flatten());
    }
    (processes, bytes)
}
