//! The outcome of a command.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memtop_proc::native::OomEvidence;
use memtop_proc::native::cgroup::Limit;
use memtop_sampler::{LivingProcess, Record};
use memtop_trace::Death;

use super::RunningCommand;
use crate::bounds::{ceiling_of_run, missed_bytes};
use crate::cause::Evidence;
use crate::group::limit_around;
use crate::outcome::{FollowedBy, Outcome, Tracking};
use crate::sample_file::SampleFile;
use crate::sampling::sampling_ended;
use crate::session::placement::finish_group;
use crate::session::run_part::Totals;
use crate::{End, GroupRecord, OutOfMemory};

/// What the kernel counted in the control groups of the command.
struct Groups {
    /// Of the command's own group, or why there is none.
    record: Result<GroupRecord, String>,
    own_directory: Option<PathBuf>,
    limit: Option<Limit>,
    oom: OomEvidence,
}

impl RunningCommand {
    /// `waited_bytes` is the most memory that the command, or a process it has waited for, had.
    pub(super) fn outcome(
        mut self,
        end: Option<End>,
        duration: Duration,
        waited_bytes: u64,
        survivors: Vec<LivingProcess>,
    ) -> Outcome {
        let conclusion = self.supervision.conclude().unwrap_or_default();
        self.remarks.extend(conclusion.remarks);
        let record = self.finish_record();
        let groups = self.finish_groups();
        let trace = self.trace.take().unwrap_or_default();
        self.remarks.extend(trace.remarks);
        let tracking = Tracking {
            stops: trace.stops,
            released: trace.released,
            ..self.tracking()
        };
        let totals = self.totals(waited_bytes, tracking.clone());
        self.placement
            .count(self.started.task.as_ref().ok(), &totals);
        // What memtop has ended was not ended by anything else.
        let out_of_memory = match conclusion.stopped {
            None => {
                let record = record.as_ref().ok();
                let reported = record.into_iter().flat_map(|record| &record.task.deaths);
                let deaths: Vec<Death> = trace
                    .deaths
                    .into_iter()
                    .chain(reported.cloned().map(Death::from))
                    .collect();
                self.out_of_memory(end, &deaths, record, &groups)
            }
            Some(_) => None,
        };
        let measured = record.as_ref().ok();
        Outcome {
            end,
            duration,
            missed_bytes: measured
                .and_then(|record| missed_bytes(&record.task, totals.largest_other_bytes)),
            ceiling_bytes: ceiling_of_run(&record, totals.largest_bytes, &groups.record),
            record,
            group: groups.record,
            tracking,
            guard: conclusion.guard,
            out_of_memory,
            process: self.started.process,
            stopped: conclusion.stopped,
            survivors,
            remarks: self.remarks,
        }
    }

    fn finish_record(&mut self) -> Result<Record, String> {
        let task = self.started.task.as_ref().map_err(Clone::clone);
        let record = task.and_then(|task| task.finish().ok_or_else(sampling_ended));
        let file = self.sample_file.take();
        self.remarks.extend(file.and_then(SampleFile::finish));
        record
    }

    fn finish_groups(&mut self) -> Groups {
        // Read before the group is removed.
        let oom = self.oom.since();
        let own = self.placement.take_group();
        let group = own.as_ref().ok();
        Groups {
            own_directory: group.map(|group| group.made().cgroup().directory().to_owned()),
            limit: limit_around(group),
            record: finish_group(own, &mut self.remarks),
            oom,
        }
    }

    /// As it is known by now: events may have been lost meanwhile.
    fn tracking(&self) -> Tracking {
        match self.started.tracking.by {
            FollowedBy::Kernel | FollowedBy::Connector => self.placement.session.events.tracking(),
            FollowedBy::Ptrace | FollowedBy::Scan => self.started.tracking.clone(),
        }
    }

    fn totals(&self, waited_bytes: u64, tracking: Tracking) -> Totals {
        let largest_bytes = waited_bytes.max(self.placement.orphans_bytes());
        // A child starts as a copy of this process, and the kernel counts that as its own.
        let own_bytes = self.own_highest_bytes.unwrap_or(u64::MAX);
        Totals {
            largest_bytes,
            largest_other_bytes: if largest_bytes > own_bytes {
                largest_bytes
            } else {
                0
            },
            tracking: Some(tracking),
        }
    }

    fn out_of_memory(
        &self,
        end: Option<End>,
        deaths: &[Death],
        record: Option<&Record>,
        groups: &Groups,
    ) -> Option<OutOfMemory> {
        let evidence = Evidence {
            end,
            deaths,
            record,
            oom: &groups.oom,
            own_group: groups.own_directory.as_deref(),
            limit: groups.limit.as_ref(),
            memory_bytes: self.placement.session.memory_bytes(),
            node_options: self.node_options.as_deref(),
            heap_message_seen: self.heap_message.load(Ordering::Relaxed),
            are_aborts_explained: self.started.tracking.by == FollowedBy::Ptrace,
        };
        evidence.out_of_memory()
    }
}
