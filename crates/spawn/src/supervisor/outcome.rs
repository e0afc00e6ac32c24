//! What is known once all is over.

use std::sync::atomic::Ordering;
use std::time::Duration;

use memtop_sampler::LivingProcess;

use super::Supervisor;
use crate::End;
use crate::bounds::{ceiling, missed_bytes};
use crate::bundle::part::Totals;
use crate::cause::Findings;
use crate::group::Group;
use crate::means::limit_around;
use crate::outcome::{Outcome, Stopped, Traced};
use crate::sample_file::SampleFile;

impl Supervisor {
    pub(super) fn outcome(
        mut self,
        end: Option<End>,
        duration: Duration,
        survivors: Vec<LivingProcess>,
    ) -> Outcome {
        let task = self.sampling().map(|(_, task)| task);
        if let Some(place) = &self.place {
            // One that started late was ended by itself, for the reason of all.
            self.stopped = match (self.stopped, place.stopped()) {
                (Some(own), Some(others)) => Some(Stopped {
                    reason: others.reason,
                    ..own
                }),
                (own, others) => own.or(others),
            };
        }
        let record = self.sampler.and_then(|sampler| {
            let task = self.started.task?;
            sampler
                .finish(task)
                .ok_or_else(|| "the sampling thread has ended".to_owned())
        });
        self.remarks
            .extend(self.sample_file.and_then(SampleFile::finish));
        let oom = self.oom.since();
        let own_group = self.group.as_ref().ok().map(Group::made);
        let own_group = own_group.map(|group| group.cgroup().directory().to_owned());
        let limit = limit_around(self.group.as_ref().ok());
        let group = self.group.map(|group| {
            let (record, remark) = group.finish();
            self.remarks.extend(remark);
            record
        });
        // A child starts as a copy of this process, and the kernel counts that as its own.
        let tells = self
            .own_highest_bytes
            .is_some_and(|own| self.largest_bytes > own);
        let largest_bytes = if tells { self.largest_bytes } else { 0 };
        let missed_bytes = record
            .as_ref()
            .ok()
            .and_then(|record| missed_bytes(&record.task, largest_bytes));
        let ceiling_bytes = record.as_ref().map_err(Clone::clone).and_then(|record| {
            ceiling(&record.task, self.largest_bytes, group.as_ref().ok())
                .ok_or_else(|| "not one sample was taken".to_owned())
        });
        if self.options.stands_in {
            // A signal may be on its way still, and would end this process before it has said how
            // the command ended.
            std::mem::forget(self.forwarding);
        }
        let trace = self.trace.unwrap_or_default();
        let findings = Findings {
            end,
            deaths: &trace.deaths,
            record: record.as_ref().ok(),
            oom: &oom,
            own_group: own_group.as_deref(),
            limit: limit.as_ref(),
            memory_bytes: self.memory_bytes,
            node_options: self.node_options.as_deref(),
            heap_message_seen: self.heap_message.load(Ordering::Relaxed),
        };
        // Whoever was ended by memtop was not ended by anything else.
        let out_of_memory = match self.stopped {
            None => findings.out_of_memory(),
            Some(_) => None,
        };
        self.remarks.extend(trace.remarks);
        let traced = Traced {
            stops: trace.stops,
            released: trace.released,
        };
        if let Some(place) = &self.place {
            let totals = Totals {
                largest_bytes: self.largest_bytes,
                told_bytes: largest_bytes,
                traced,
                untraced_because: self.started.untraced_because.clone(),
            };
            place.count(task, &totals);
        }
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
            guard: self.guard,
            out_of_memory,
            process: self.process,
            stopped: self.stopped,
            survivors,
            remarks: self.remarks,
        }
    }
}
