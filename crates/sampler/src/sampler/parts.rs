//! The part of each process in the memory of a task.

use std::collections::HashMap;

use memtop_proc::Observer;

use super::Sampler;
use crate::estimate::Estimate;
use crate::forks::{Division, FamilyId};
use crate::member::Member;
use crate::page_reads::Metric;
use crate::scaled::scaled;
use crate::{Peak, PeakMetric, ProcessAtPeak, TaskId};

impl<O: Observer> Sampler<O> {
    /// The processes of a task that have memory, by index, and the part of each. Shared memory is
    /// divided, so that all parts add up to the estimate.
    pub(super) fn parts(&self, id: TaskId, estimate: &Estimate) -> Vec<(usize, u64)> {
        let members = self.tree.members().iter().enumerate();
        let inside = members
            .filter(|(_, member)| member.memory.rss > 0 && self.tasks.is_within(member.task, id));
        let mut divisions = HashMap::new();
        let mut parts: Vec<(usize, u64, u64)> = inside
            .map(|(index, member)| {
                let (anonymous, mapped) = self.raw_part(member, &mut divisions);
                (index, anonymous, mapped)
            })
            .collect();
        let (mut anonymous_sum, mut mapped_sum) = (0, 0);
        for (_, anonymous, mapped) in &parts {
            anonymous_sum += anonymous;
            mapped_sum += mapped;
        }
        let (anonymous_whole, mapped_whole) = match self.page_reads.metric() {
            Metric::Auto => (
                estimate.total.best - mapped_of(estimate),
                mapped_of(estimate),
            ),
            Metric::Rss | Metric::Pss => (estimate.total.best, 0),
        };
        let mut left = estimate.total.best;
        for (_, anonymous, mapped) in &mut parts {
            *anonymous = scaled(*anonymous, anonymous_whole, anonymous_sum)
                + scaled(*mapped, mapped_whole, mapped_sum);
            left = left.saturating_sub(*anonymous);
        }
        // Scaling cuts off less than a byte of each.
        if let Some((_, largest, _)) = parts.iter_mut().max_by_key(|(_, part, _)| *part) {
            *largest += left;
        }
        parts
            .into_iter()
            .map(|(index, part, _)| (index, part))
            .collect()
    }

    /// A process's part of anonymous memory, shared pages divided in its family; and its mapped
    /// memory.
    fn raw_part(
        &self,
        member: &Member<O::Handle>,
        divisions: &mut HashMap<FamilyId, Division>,
    ) -> (u64, u64) {
        let memory = &member.memory;
        if member.borrows_from.is_some() {
            return (0, 0);
        }
        match self.page_reads.metric() {
            Metric::Rss => return (memory.rss, 0),
            Metric::Pss => return (memory.proportional().unwrap_or(memory.rss), 0),
            Metric::Auto => {}
        }
        let family = member
            .family
            .and_then(|id| Some((id, self.families.get(id)?)));
        let anonymous = match family {
            Some((id, family)) => {
                let division = *divisions.entry(id).or_insert_with(|| family.division());
                family.part_of(member.id.pid, division)
            }
            None => memory.anonymous(),
        };
        (anonymous, memory.shared())
    }

    pub(super) fn peak_of(&self, id: TaskId, estimate: &Estimate, rss_bytes: u64) -> Peak {
        let by_part = self.page_reads.metric() == Metric::Auto;
        let mapped = mapped_of(estimate);
        Peak {
            bytes: estimate.total.best,
            metric: match self.page_reads.metric() {
                Metric::Auto => PeakMetric::Unique,
                Metric::Rss => PeakMetric::Rss,
                Metric::Pss => PeakMetric::Pss,
            },
            anon_bytes: by_part.then_some(estimate.total.best - mapped),
            mapped_bytes: by_part.then_some(mapped),
            rss_bytes,
            at: self.progress.now(),
            processes: self
                .parts(id, estimate)
                .into_iter()
                .map(|(index, bytes)| self.at_peak(id, index, bytes))
                .collect(),
        }
    }

    fn at_peak(&self, id: TaskId, index: usize, bytes: u64) -> ProcessAtPeak {
        let member = &self.tree.members()[index];
        ProcessAtPeak {
            id: member.id,
            parent: member.parent,
            task: member.task,
            group: self.tasks.group_of(member.task, id),
            first_seen: member.first_seen,
            description: std::sync::Arc::clone(&member.description.current),
            bytes,
            rss_bytes: member.memory.rss,
            pss_bytes: member.memory.proportional(),
        }
    }
}

fn mapped_of(estimate: &Estimate) -> u64 {
    estimate.mapped.best.min(estimate.total.best)
}
