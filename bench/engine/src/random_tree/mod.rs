//! Random trees of processes: the same seed gives the same tree.

mod plan;
mod prng;

use std::io::{self, Read, pipe};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::memory::Mapping;
use crate::number;
use crate::process::{again, fork, wait_for_all};
use plan::{Action, Plan};

/// A shorter tree would be mostly start and end.
const LEAST_DURATION: Duration = Duration::from_millis(400);

/// Ends when all of the tree has ended.
pub fn run(words: &[&str]) -> Result<(), String> {
    let (seed, steps) = match *words {
        [seed] => (number(seed)?, None),
        [seed, "--steps", steps] => (number(seed)?, Some(number(steps)?)),
        _ => return Err("usage: random-tree SEED [--steps N]".to_owned()),
    };
    let plan = Plan::of_root(seed, steps);
    // Every process of the tree has the other end until it ends, orphans included.
    let (mut ends, end) = pipe().map_err(|error| error.to_string())?;
    keep_over_exec(&end).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let mut process = Process {
        due: started,
        private: Vec::new(),
        shared: Vec::new(),
    };
    process.live(&plan);
    process.pause_until(started + LEAST_DURATION);
    drop(end);
    ends.read_to_end(&mut Vec::new())
        .map(drop)
        .map_err(|error| error.to_string())
}

fn keep_over_exec(file: &impl AsRawFd) -> io::Result<()> {
    // SAFETY: fcntl(2) touches no memory with this command.
    match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

struct Process {
    /// When its next step begins. On a busy machine it makes up for what it is late.
    due: Instant,
    private: Vec<Mapping>,
    shared: Vec<Mapping>,
}

impl Process {
    fn live(&mut self, plan: &Plan) {
        for step in &plan.steps {
            self.pause_until(self.due + Duration::from_millis(step.pause_ms));
            self.act(&step.action);
        }
        self.pause_until(self.due + Duration::from_millis(plan.linger_ms));
        if !plan.leaves_children {
            wait_for_all();
        }
    }

    fn pause_until(&mut self, due: Instant) {
        self.due = due;
        sleep(due.saturating_duration_since(Instant::now()));
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Grow { megabytes } => self.private.push(Mapping::private(megabytes).touch()),
            Action::Shrink { mapping } => drop(self.private.remove(mapping)),
            Action::Rewrite { mapping, megabytes } => self.private[mapping].rewrite(0..megabytes),
            Action::MapShared { megabytes } => self.shared.push(Mapping::shared(megabytes).touch()),
            Action::ReadShared { mapping } => self.shared[mapping].look(),
            Action::Fork(ref child) => {
                fork(|| self.live(child));
            }
            Action::DoubleFork(ref child) => {
                fork(|| {
                    fork(|| self.live(child));
                });
            }
            Action::ForkAndExec { megabytes, hold_ms } => {
                fork(|| {
                    let failed = program()
                        .map(|mut program| program.args(holding(megabytes, hold_ms)).exec());
                    eprintln!("memtop-bench: {failed:?}");
                });
            }
            Action::VforkAndExec { megabytes, hold_ms } => {
                let words = holding(megabytes, hold_ms);
                if let Err(error) = again(&words.each_ref().map(String::as_str)) {
                    eprintln!("memtop-bench: {error}");
                }
            }
            Action::NewSession => {
                // SAFETY: setsid(2) touches no memory; a leader of a group may not, and need not.
                unsafe { libc::setsid() };
            }
        }
    }
}

fn program() -> io::Result<Command> {
    std::env::current_exe().map(Command::new)
}

fn holding(megabytes: usize, millis: usize) -> [String; 4] {
    let words = ["workload", "hold"].map(str::to_owned);
    let [workload, hold] = words;
    [workload, hold, megabytes.to_string(), millis.to_string()]
}
