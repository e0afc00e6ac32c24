//! What a sample costs over the least that it could.

use std::time::Duration;

use memtop_proc::native::{NativeObserver, ProcRoot};
use memtop_sampler::{Metric, Sampler, TaskId};

use crate::clock::{cpu_of, median, micros};
use crate::floor::Floor;
use crate::number;
use crate::tree::SleepingTree;

/// The pace of `Interval::Adaptive`: one percent of a CPU, within these bounds, by the cost of this
/// many samples.
const SAMPLES_A_LOOK: u32 = 32;
const SHARE_OF_A_CPU: f64 = 0.01;
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);
/// A tree is settled after this many consecutive samples without a reading of proportional memory.
const QUIET_SAMPLES: u32 = 100;
const MOST_SAMPLES_TO_SETTLE: u32 = 100_000;

/// A sampler with a clock of its own, which advances by one interval a sample. So thousands of
/// samples are taken without waiting, and budgets that grow with time allow what they would.
pub struct Sampled {
    sampler: Sampler<NativeObserver>,
    task: TaskId,
    now: Duration,
    interval: Duration,
    /// Samples since their cost was last checked, and that cost.
    samples: u32,
    cost: Duration,
}

impl Sampled {
    pub fn start(pid: u32) -> Result<Self, String> {
        let observer = ProcRoot::system()
            .and_then(NativeObserver::new)
            .map_err(|error| error.to_string())?;
        let mut sampler = Sampler::new(observer, Metric::Auto);
        let task = sampler
            .add_task(pid, Duration::ZERO)
            .map_err(|error| error.to_string())?
            .ok_or("there is no tree")?;
        Ok(Self {
            sampler,
            task,
            now: Duration::ZERO,
            interval: SHORTEST,
            samples: 0,
            cost: Duration::ZERO,
        })
    }

    /// One sample, and the CPU time it took.
    fn tick(&mut self) -> Result<Duration, String> {
        self.now += self.interval;
        let (cpu, outcome) = cpu_of(|| self.sampler.tick(self.now));
        outcome.map_err(|error| error.to_string())?;
        Ok(cpu)
    }

    /// The same, and the next interval follows from it.
    pub fn tick_and_follow(&mut self) -> Result<Duration, String> {
        let cpu = self.tick()?;
        self.cost += cpu;
        self.samples += 1;
        if self.samples == SAMPLES_A_LOOK {
            let mean = self.cost / SAMPLES_A_LOOK;
            self.interval = mean.div_f64(SHARE_OF_A_CPU).clamp(SHORTEST, LONGEST);
            (self.samples, self.cost) = (0, Duration::ZERO);
        }
        Ok(cpu)
    }

    /// How many processes there were at the most, and the last sum.
    pub fn seen(&self) -> (u64, u64) {
        let record = self.sampler.task_record(self.task).unwrap_or_default();
        let last = record.timeline.points().last();
        (record.max_alive, last.map_or(0, |point| point.bytes))
    }

    fn readings(&self) -> u64 {
        self.sampler.record(self.task).pss_reads
    }

    /// Samples until it is known which processes share memory. Returns the mean cost until then.
    pub fn settle(&mut self) -> Result<(u32, Duration), String> {
        let (mut samples, mut quiet, mut cpu) = (0, 0, Duration::ZERO);
        while quiet < QUIET_SAMPLES && samples < MOST_SAMPLES_TO_SETTLE {
            let before = self.readings();
            cpu += self.tick_and_follow()?;
            samples += 1;
            quiet = if self.readings() == before {
                quiet + 1
            } else {
                0
            };
        }
        Ok((samples, cpu / samples.max(1)))
    }
}

/// Prints a line a tree: processes, rounds, the floor's least and median cost in microseconds,
/// the same of a sample, the interval in milliseconds, and what a sample cost before the tree was
/// settled, with how many of these there were.
pub fn run(words: &[&str]) -> Result<(), String> {
    let [rounds, sizes @ ..] = words else {
        return Err("how many rounds, and how large are the trees?".to_owned());
    };
    let rounds: usize = number(rounds)?;
    for size in sizes {
        one_tree(number(size)?, rounds)?;
    }
    Ok(())
}

fn one_tree(processes: usize, rounds: usize) -> Result<(), String> {
    let tree = SleepingTree::start(processes)?;
    let floor = Floor::open(tree.pid())?;
    let mut sampled = Sampled::start(tree.pid())?;
    let (first_samples, first_cost) = sampled.settle()?;
    // Small trees need many rounds, large ones take longer.
    let rounds = rounds * (5_000 / floor.len()).clamp(1, 50);
    let (mut lows, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        lows.push(cpu_of(|| floor.look()).0);
        costs.push(sampled.tick_and_follow()?);
    }
    let low = median(&mut lows);
    let cost = median(&mut costs);
    println!(
        "{} {rounds} {:.2} {:.2} {:.2} {:.2} {:.2} {:.2} {first_samples}",
        floor.len(),
        micros(lows[0]),
        micros(low),
        micros(costs[0]),
        micros(cost),
        micros(sampled.interval) / 1e3,
        micros(first_cost),
    );
    Ok(())
}
