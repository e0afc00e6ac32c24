//! Which processes are followed, and what has happened to them.

use std::time::Instant;

use libc::c_int;
use memtop_proc::ByNumber;
use memtop_proc::State;
use memtop_proc::native::{ProcRoot, Stat};
use memtop_sampler::{Event, InitialMemory, LastFigures};

use super::connector::Change;
use super::exit_accounting::{NAME_BYTES, ThreadEnd};
use crate::end_status;

/// The state of a process.
#[derive(Clone, Copy, Debug, Default)]
struct Process {
    /// Whether its start may still be reported, since it was followed by its pid.
    is_start_open: bool,
    /// Its wait status, once its first thread has ended.
    leader_status: Option<c_int>,
    /// Its high-water mark and its name, as of a thread that has ended.
    last: Option<(u64, [u8; NAME_BYTES])>,
    /// Whether its last thread is ending.
    is_ending: bool,
}

#[derive(Debug, Default)]
pub(super) struct Followed {
    processes: ByNumber<u32, Process>,
    /// How many have lost their first thread and may live on.
    leaderless: usize,
    /// Whether the kernel marks the last thread of a process.
    marks_last_threads: bool,
    /// The last pid whose start was reported, of any process.
    last_pid: u32,
    events: Vec<(Instant, Event)>,
    text: Vec<u8>,
}

impl Followed {
    pub(super) fn contains(&self, pid: u32) -> bool {
        self.processes.contains_key(&pid)
    }

    pub(super) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    pub(super) fn has_leaderless(&self) -> bool {
        self.leaderless > 0
    }

    pub(super) fn add(&mut self, pid: u32) {
        let process = Process {
            is_start_open: true,
            ..Process::default()
        };
        self.processes.entry(pid).or_insert(process);
    }

    pub(super) fn pids(&self) -> impl Iterator<Item = u32> {
        self.processes.keys().copied()
    }

    /// Moves the events to the end of a list.
    pub(super) fn take_events(&mut self, events: &mut Vec<(Instant, Event)>) {
        events.append(&mut self.events);
    }

    /// What a thread had that ends. Comes before the end itself.
    pub(super) fn take_thread_end(&mut self, end: ThreadEnd, at: Instant) {
        let Some(process) = self.processes.get_mut(&end.process) else {
            return;
        };
        process.last = process.last.max(Some((end.highest_bytes, end.name)));
        self.marks_last_threads |= end.is_last_thread.is_some();
        process.is_ending |= end.is_last_thread == Some(true);
        if process.is_ending && process.leader_status.is_some() {
            self.end(end.process, at);
        }
    }

    pub(super) fn take_change(&mut self, proc: &ProcRoot, change: Change, at: Instant) {
        match change {
            Change::Started { pid, parent } => {
                self.last_pid = pid;
                if self.processes.contains_key(&parent) {
                    self.release_pid(pid, at);
                    self.processes.insert(pid, Process::default());
                    let memory = InitialMemory::Unknown;
                    self.events.push((
                        at,
                        Event::Started {
                            pid,
                            parent,
                            memory,
                        },
                    ));
                } else if let Some(process) = self.processes.get_mut(&pid)
                    && !std::mem::take(&mut process.is_start_open)
                {
                    self.release_pid(pid, at);
                }
            }
            Change::Execed { pid } => {
                if let Some(process) = self.processes.get_mut(&pid) {
                    // Its thread has taken the place of the first one.
                    self.leaderless -= usize::from(process.leader_status.take().is_some());
                    process.last = None;
                    self.events.push((at, Event::Execed(pid, None)));
                }
            }
            Change::LeaderEnded { pid, status } => {
                let Some(process) = self.processes.get_mut(&pid) else {
                    return;
                };
                self.leaderless += usize::from(process.leader_status.is_none());
                process.leader_status = Some(status);
                let has_ended = process.is_ending
                    || !self.marks_last_threads && !goes_on(proc, pid, &mut self.text);
                if has_ended {
                    self.end(pid, at);
                }
            }
        }
    }

    /// A process has ended with this wait status.
    pub(super) fn end_with(&mut self, pid: u32, status: c_int, at: Instant) {
        if let Some(process) = self.processes.get_mut(&pid) {
            self.leaderless += usize::from(process.leader_status.is_none());
            process.leader_status = Some(status);
            self.end(pid, at);
        }
    }

    /// Finds processes whose first thread had ended before they were followed. How is unknown.
    pub(super) fn find_ended(&mut self, proc: &ProcRoot, at: Instant) {
        let text = &mut self.text;
        for (&pid, process) in &mut self.processes {
            let read = proc.read_process_file(pid, "stat", text);
            let is_zombie = matches!(read, Ok(Some(())))
                && Stat::parse(text).is_ok_and(|stat| stat.state == State::Zombie);
            if is_zombie && process.leader_status.is_none() {
                process.leader_status = Some(0);
                self.leaderless += 1;
            }
        }
        self.check_leaderless(proc, at);
    }

    /// Finds the ends of processes whose first thread has ended before the others.
    pub(super) fn check_leaderless(&mut self, proc: &ProcRoot, at: Instant) {
        let (processes, text) = (self.processes.iter(), &mut self.text);
        let ended: Vec<u32> = processes
            .filter(|(_, process)| process.leader_status.is_some())
            .map(|(&pid, _)| pid)
            .filter(|&pid| !goes_on(proc, pid, text))
            .collect();
        for pid in ended {
            self.end(pid, at);
        }
    }

    /// Reports were lost; these are the processes that there are now.
    pub(super) fn reset(&mut self, pids: impl IntoIterator<Item = u32>, at: Instant) {
        let former = std::mem::take(&mut self.processes);
        for pid in pids {
            let process = former.get(&pid).copied().unwrap_or_default();
            self.processes.insert(pid, process);
        }
        let with_status = self.processes.values();
        self.leaderless = with_status
            .filter(|process| process.leader_status.is_some())
            .count();
        let last_pid = self.last_pid;
        self.events.push((at, Event::Lost { last_pid }));
    }

    /// Another process has this pid now. Without its last status, the end of the former was lost,
    /// and the sampler finds it gone.
    fn release_pid(&mut self, pid: u32, at: Instant) {
        let former = self.processes.get(&pid);
        if former.is_some_and(|former| former.leader_status.is_some()) {
            self.end(pid, at);
        } else {
            self.remove(pid);
        }
    }

    fn remove(&mut self, pid: u32) -> Option<Process> {
        let process = self.processes.remove(&pid)?;
        self.leaderless -= usize::from(process.leader_status.is_some());
        Some(process)
    }

    fn end(&mut self, pid: u32, at: Instant) {
        if let Some(process) = self.remove(pid) {
            let status = end_status(process.leader_status.unwrap_or(0));
            let last = process.last.map(|(highest_bytes, name)| {
                let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
                LastFigures {
                    highest_bytes,
                    name: String::from_utf8_lossy(name).into_owned(),
                }
            });
            self.events.push((at, Event::Ended { pid, status, last }));
        }
    }
}

/// Whether a process whose first thread has ended goes on with others, one of which may have taken
/// its place by an exec.
fn goes_on(proc: &ProcRoot, pid: u32, text: &mut Vec<u8>) -> bool {
    let read = proc.read_process_file(pid, "stat", text);
    matches!(read, Ok(Some(())))
        && Stat::parse(text).is_ok_and(|stat| stat.threads > 1 || !stat.is_ending)
}
