//! Whether a run ended for lack of memory, and whose.

use std::path::{Path, PathBuf};

use memtop_proc::native::OomEvidence;
use memtop_proc::native::cgroup::Limit;
use memtop_sampler::{LargestProcess, Record};
use memtop_trace::Death;

use super::{heap_limit_bytes, was_at_limit};
use crate::End;

/// What shells and containers exit with when a process was killed or has aborted: 128 plus the
/// signal.
const KILLED_CODE: i32 = 128 + libc::SIGKILL;
const ABORTED_CODE: i32 = 128 + libc::SIGABRT;

/// Memory has run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// The limit that was reached.
    pub scope: Scope,
    /// The process that was ended for it, where that is known.
    pub victim: Option<Victim>,
    /// Whether there is proof; else it is the likeliest reason.
    pub is_exact: bool,
}

/// The limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// That of a control group: that of the run, or one above it.
    Group {
        /// Whether the limit is that of the run's own group.
        is_own: bool,
        /// The directory of the group that sets the limit.
        path: PathBuf,
        /// The limit, where it can be read.
        limit_bytes: Option<u64>,
    },
    /// The memory of the machine.
    Machine,
    /// That of a heap of V8.
    Heap {
        /// The size of the heap.
        limit_bytes: u64,
    },
}

/// A process that was ended for lack of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    /// Its pid.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub command: Vec<String>,
    /// The most resident memory that it is known to have had.
    pub bytes: Option<u64>,
}

/// Everything that a reason can be found in.
pub(crate) struct Evidence<'a> {
    pub(crate) end: Option<End>,
    /// As far as ends were reported.
    pub(crate) deaths: &'a [Death],
    pub(crate) record: Option<&'a Record>,
    pub(crate) oom: &'a OomEvidence,
    /// The directory of the run's own group.
    pub(crate) own_group: Option<&'a Path>,
    /// The smallest limit that the run was under.
    pub(crate) limit: Option<&'a Limit>,
    /// What Node finds to be there.
    pub(crate) memory_bytes: u64,
    /// The `NODE_OPTIONS` of the command.
    pub(crate) node_options: Option<&'a str>,
    /// Whether the command's output holds V8's own words.
    pub(crate) heap_message_seen: bool,
    /// Whether it is known of each abort if a full heap was the reason.
    pub(crate) are_aborts_explained: bool,
}

impl Evidence<'_> {
    pub(crate) fn out_of_memory(&self) -> Option<OutOfMemory> {
        self.by_kernel().or_else(|| self.by_heap())
    }

    fn by_kernel(&self) -> Option<OutOfMemory> {
        let killed = |death: &&Death| death.of.signal == libc::SIGKILL;
        let victim = self
            .deaths
            .iter()
            .filter(killed)
            .max_by_key(|death| death.of.highest_bytes);
        let was_killed = matches!(
            self.end,
            Some(End::Signaled(libc::SIGKILL) | End::Exited(KILLED_CODE))
        );
        let in_own_group = self.own_group.is_some_and(|own| {
            let mut groups = self.oom.group_kills.iter();
            groups.any(|(group, _)| group == own)
        });
        let in_a_group = in_own_group || !self.oom.group_kills.is_empty();
        let on_machine = self.oom.machine_kills.unwrap_or(0) > 0;
        if !(in_own_group || (in_a_group || on_machine) && (victim.is_some() || was_killed)) {
            return None;
        }
        let scope = match self.limit {
            Some(limit) if in_a_group => Scope::Group {
                is_own: self.own_group == Some(&limit.group),
                path: limit.group.clone(),
                limit_bytes: Some(limit.bytes),
            },
            _ => Scope::Machine,
        };
        let victim = match victim {
            Some(death) => Some(Victim::of_death(death)),
            // The command itself was killed, and was the largest.
            None if was_killed => self.largest().map(Victim::of),
            None => None,
        };
        Some(OutOfMemory {
            scope,
            victim,
            is_exact: in_own_group || in_a_group && was_killed,
        })
    }

    fn by_heap(&self) -> Option<OutOfMemory> {
        let proven = self.deaths.iter().find(|death| death.is_of_full_heap);
        if let Some(death) = proven {
            let options = death.node_options.as_deref();
            return Some(OutOfMemory {
                scope: self.heap_of(&death.of.description.command, options),
                victim: Some(Victim::of_death(death)),
                is_exact: true,
            });
        }
        let has_aborted = matches!(
            self.end,
            Some(End::Signaled(libc::SIGABRT) | End::Exited(ABORTED_CODE))
        );
        let node = self
            .largest()
            .filter(|largest| is_node(&largest.description.command));
        let is_full = node.is_some_and(|node| {
            let command = &node.description.command;
            let limit = heap_limit_bytes(command, self.node_options, self.memory_bytes);
            was_at_limit(node.bytes, limit)
        });
        let is_likely = has_aborted && is_full && !self.are_aborts_explained;
        if !(self.heap_message_seen || is_likely) {
            return self.by_abort_at_limit();
        }
        let command = node.map_or(&[][..], |node| &node.description.command);
        Some(OutOfMemory {
            scope: self.heap_of(command, self.node_options),
            victim: node.map(Victim::of),
            is_exact: self.heap_message_seen,
        })
    }

    /// Another process than the command has aborted with as much memory as its heap can have.
    fn by_abort_at_limit(&self) -> Option<OutOfMemory> {
        if self.are_aborts_explained {
            return None;
        }
        let is_full = |death: &&Death| {
            let command = &death.of.description.command;
            let limit = heap_limit_bytes(command, self.node_options, self.memory_bytes);
            death.of.signal == libc::SIGABRT
                && is_node(command)
                && death
                    .of
                    .highest_bytes
                    .is_some_and(|bytes| was_at_limit(bytes, limit))
        };
        let death = self.deaths.iter().find(is_full)?;
        Some(OutOfMemory {
            scope: self.heap_of(&death.of.description.command, self.node_options),
            victim: Some(Victim::of_death(death)),
            is_exact: false,
        })
    }

    fn heap_of(&self, command: &[String], node_options: Option<&str>) -> Scope {
        Scope::Heap {
            limit_bytes: heap_limit_bytes(command, node_options, self.memory_bytes),
        }
    }

    fn largest(&self) -> Option<&LargestProcess> {
        self.record?.task.largest.as_ref()
    }
}

impl Victim {
    fn of_death(death: &Death) -> Self {
        Self {
            pid: death.of.pid,
            name: death.of.description.name.clone(),
            command: death.of.description.command.clone(),
            bytes: death.of.highest_bytes,
        }
    }

    fn of(process: &LargestProcess) -> Self {
        Self {
            pid: process.id.pid,
            name: process.description.name.clone(),
            command: process.description.command.clone(),
            bytes: Some(process.bytes),
        }
    }
}

fn is_node(command: &[String]) -> bool {
    let program = command
        .first()
        .map(|program| Path::new(program).file_name());
    program
        .flatten()
        .is_some_and(|name| name.to_string_lossy().starts_with("node"))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::time::Duration;

    use memtop_proc::native::OomEvidence;
    use memtop_proc::native::cgroup::Limit;
    use memtop_proc::{Description, ProcessId};
    use memtop_sampler::{LargestProcess, Record, TaskId, TaskRecord};

    use super::{Death, Evidence, Scope};
    use crate::End;

    const MB: u64 = 1 << 20;
    static NONE: OomEvidence = OomEvidence {
        machine_kills: None,
        group_kills: Vec::new(),
    };

    fn killed_in(group: &str) -> OomEvidence {
        OomEvidence {
            machine_kills: Some(1),
            group_kills: vec![(PathBuf::from(group), 1)],
        }
    }

    fn node(options: &[&str]) -> Description {
        let command = ["/usr/bin/node"].iter().chain(options);
        Description {
            name: "node".to_owned(),
            command: command.map(|&word| word.to_owned()).collect(),
        }
    }

    fn death(signal: i32, description: Description) -> Death {
        Death::from(memtop_sampler::Death {
            pid: 7,
            signal,
            description,
            highest_bytes: Some(300 * MB),
        })
    }

    fn record(description: Description, bytes: u64) -> Record {
        let largest = LargestProcess {
            id: ProcessId { pid: 9, started: 1 },
            parent: 1,
            task: TaskId::default(),
            first_seen: Duration::ZERO,
            description: Arc::new(description),
            bytes,
            shared_bytes: 0,
        };
        Record {
            task: TaskRecord {
                largest: Some(largest),
                ..TaskRecord::default()
            },
            ..Record::default()
        }
    }

    fn known<'a>(end: End, oom: &'a OomEvidence, deaths: &'a [Death]) -> Evidence<'a> {
        Evidence {
            end: Some(end),
            deaths,
            record: None,
            oom,
            own_group: Some(Path::new("/groups/own")),
            limit: None,
            memory_bytes: 8192 * MB,
            node_options: None,
            heap_message_seen: false,
            are_aborts_explained: false,
        }
    }

    #[test]
    fn an_ordinary_end_has_nothing_to_do_with_memory() {
        assert_eq!(known(End::Exited(1), &NONE, &[]).out_of_memory(), None);
        let killed = [death(libc::SIGKILL, node(&[]))];
        let by_another = known(End::Signaled(libc::SIGKILL), &NONE, &killed);
        assert_eq!(by_another.out_of_memory(), None);
    }

    #[test]
    fn a_kill_in_the_runs_own_group_is_proof_and_the_limit_names_the_place() {
        let evidence = killed_in("/groups/own");
        let killed = [death(libc::SIGKILL, node(&[]))];
        let limit = Limit {
            bytes: 512 * MB,
            group: PathBuf::from("/groups"),
        };
        let found = Evidence {
            limit: Some(&limit),
            ..known(End::Exited(1), &evidence, &killed)
        };
        let found = found.out_of_memory().unwrap();
        assert!(found.is_exact);
        assert_eq!(found.victim.unwrap().pid, 7);
        assert_eq!(
            found.scope,
            Scope::Group {
                is_own: false,
                path: "/groups".into(),
                limit_bytes: Some(512 * MB)
            }
        );
    }

    #[test]
    fn the_runs_own_group_is_named_only_if_the_limit_is_its_own() {
        let evidence = killed_in("/groups/own");
        let limit = Limit {
            bytes: 512 * MB,
            group: PathBuf::from("/groups/own"),
        };
        let found = Evidence {
            limit: Some(&limit),
            ..known(End::Signaled(libc::SIGKILL), &evidence, &[])
        };
        let scope = found.out_of_memory().unwrap().scope;
        assert!(matches!(scope, Scope::Group { is_own: true, .. }));
    }

    #[test]
    fn a_kill_elsewhere_counts_only_if_a_process_here_was_killed() {
        let evidence = OomEvidence {
            machine_kills: Some(3),
            group_kills: Vec::new(),
        };
        assert_eq!(known(End::Exited(1), &evidence, &[]).out_of_memory(), None);
        let found = known(End::Exited(137), &evidence, &[]).out_of_memory();
        let found = found.unwrap();
        assert_eq!((found.scope, found.is_exact), (Scope::Machine, false));
    }

    #[test]
    fn a_full_heap_is_found_by_the_stack_and_by_v8s_message() {
        let mut aborted = death(libc::SIGABRT, node(&["--max-old-space-size=64"]));
        aborted.is_of_full_heap = true;
        let deaths = [aborted];
        let found = known(End::Exited(1), &NONE, &deaths).out_of_memory();
        let heap = |megabytes| Scope::Heap {
            limit_bytes: megabytes * MB,
        };
        let found = found.unwrap();
        assert_eq!((found.scope, found.is_exact), (heap(64), true));
        let by_words = Evidence {
            heap_message_seen: true,
            ..known(End::Exited(1), &NONE, &[])
        };
        assert!(by_words.out_of_memory().unwrap().is_exact);
    }

    #[test]
    fn a_process_that_aborts_at_the_limit_of_its_heap_is_the_likely_victim() {
        let mut aborted = death(libc::SIGABRT, node(&["--max-old-space-size=256"]));
        aborted.of.pid = 8;
        // With 300 MB it was far below the limit.
        let deaths = [death(libc::SIGABRT, node(&[])), aborted];
        let found = known(End::Exited(1), &NONE, &deaths).out_of_memory();
        let found = found.unwrap();
        assert_eq!((found.is_exact, found.victim.unwrap().pid), (false, 8));
        let explained = Evidence {
            are_aborts_explained: true,
            ..known(End::Exited(1), &NONE, &deaths)
        };
        assert_eq!(explained.out_of_memory(), None);
    }

    #[test]
    fn an_abort_at_the_limit_of_the_heap_is_likely_of_it() {
        let full = record(node(&["--max-old-space-size=64"]), 90 * MB);
        let small = record(node(&[]), 90 * MB);
        let at = |record| Evidence {
            record: Some(record),
            ..known(End::Exited(134), &NONE, &[])
        };
        let found = at(&full).out_of_memory().unwrap();
        assert!(!found.is_exact);
        assert_eq!(found.victim.unwrap().bytes, Some(90 * MB));
        assert_eq!(at(&small).out_of_memory(), None);
    }
}
