//! The outcome of a command.

use std::sync::atomic::Ordering;
use std::time::Duration;

use memtop_sampler::LivingProcess;

use super::RunningCommand;
use crate::End;
use crate::bounds::{ceiling, missed_bytes};
use crate::cause::Findings;
use crate::group::limit_around;
use crate::outcome::{Outcome, Traced};
use crate::sample_file::SampleFile;
use crate::sampling::sampling_ended;
use crate::session::part::Totals;
use crate::session::placement::finish_group;

impl RunningCommand {
    /// `waited_bytes` is the most memory that the command itself had, or one that it has waited
    /// for.
    pub(super) fn outcome(
        mut self,
        end: Option<End>,
        duration: Duration,
        waited_bytes: u64,
        survivors: Vec<LivingProcess>,
    ) -> Outcome {
        let conclusion = self.supervision.conclude().unwrap_or_default();
        self.remarks.extend(conclusion.remarks);
        let record = self.started.task.as_ref().map_err(Clone::clone);
        let record = record.and_then(|task| task.finish().ok_or_else(sampling_ended));
        self.remarks
            .extend(self.sample_file.and_then(SampleFile::finish));
        let oom = self.oom.since();
        let own_group = self.placement.take_group();
        let of_its_own = own_group.as_ref().ok();
        let directory = of_its_own.map(|group| group.made().cgroup().directory().to_owned());
        let limit = limit_around(of_its_own);
        let group = finish_group(own_group, &mut self.remarks);
        let trace = self.trace.unwrap_or_default();
        let traced = Traced {
            stops: trace.stops,
            released: trace.released,
        };
        // A child starts as a copy of this process, and the kernel counts that as its own.
        let largest_bytes = waited_bytes.max(self.placement.orphans_bytes());
        let own_bytes = self.own_highest_bytes.unwrap_or(u64::MAX);
        let largest_other_bytes = if largest_bytes > own_bytes {
            largest_bytes
        } else {
            0
        };
        self.placement.count(
            self.started.task.as_ref().ok(),
            &Totals {
                largest_bytes,
                largest_other_bytes,
                traced,
                untraced_because: self.started.untraced_because.clone(),
            },
        );
        let measured = record.as_ref().ok();
        let missed_bytes =
            measured.and_then(|record| missed_bytes(&record.task, largest_other_bytes));
        let ceiling_bytes = record.as_ref().map_err(Clone::clone).and_then(|record| {
            ceiling(&record.task, largest_bytes, group.as_ref().ok())
                .ok_or_else(|| "not one sample was taken".to_owned())
        });
        let findings = Findings {
            end,
            deaths: &trace.deaths,
            record: measured,
            oom: &oom,
            own_group: directory.as_deref(),
            limit: limit.as_ref(),
            memory_bytes: self.placement.session.memory_bytes(),
            node_options: self.node_options.as_deref(),
            heap_message_seen: self.heap_message.load(Ordering::Relaxed),
        };
        // What memtop has ended was not ended by anything else.
        let out_of_memory = match conclusion.stopped {
            None => findings.out_of_memory(),
            Some(_) => None,
        };
        self.remarks.extend(trace.remarks);
        Outcome {
            end,
            duration,
            record,
            missed_bytes,
            ceiling_bytes,
            group,
            trace: match self.started.untraced_because {
                Some(reason) => Err(reason),
                None => Ok(traced),
            },
            guard: conclusion.guard,
            out_of_memory,
            process: self.process,
            stopped: conclusion.stopped,
            survivors,
            remarks: self.remarks,
        }
    }
}
