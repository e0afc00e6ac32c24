//! Sums over the processes of each task.

use memtop_proc::Observer;

use super::Sampler;
use crate::TaskId;
use crate::bracket::Bracket;
use crate::estimate::{ReadPages, Sums};
use crate::forks::{Family, FamilyId};
use crate::page_reads::Metric;

impl<O: Observer> Sampler<O> {
    /// Sums up the memory of all processes, for each task.
    pub(super) fn sum_up(&mut self) {
        for task in self.tasks.iter_mut() {
            task.sums = Sums::default();
            task.mapped_with_sums = task.counted.map(|counted| counted.mapped_bytes);
        }
        self.files.begin_sums();
        if self.page_reads.metric() == Metric::Auto {
            for member in self.tree.members() {
                self.files.add(member);
            }
        }
        for member in self.tree.members_mut() {
            let likely_unshared = self.files.likely_unshared(member);
            let given_back = member.memory.take_given_back();
            let member = &*member;
            // For members of a family, the family knows what can have been freed.
            let given_back = if member.family.is_some() {
                0
            } else {
                given_back
            };
            let sums = Sums::of(member, likely_unshared, self.progress.sample());
            self.tasks.each_outwards(member.task, |task| {
                task.sums.add(&sums);
                task.given_back += given_back;
                task.note_size(member);
            });
        }
        self.add_families();
        // These end in a moment, or have just started, and are too small to be measured.
        for (task, most) in self.unsampled.most_of_each() {
            self.tasks
                .each_outwards(task, |task| task.sums.hidden += most);
        }
    }

    fn add_families(&mut self) {
        let (tree, tasks) = (&self.tree, &mut self.tasks);
        let task_of = |pid| Some(tree.members()[tree.index_of(pid)?].task);
        let mut divided = Vec::new();
        for (id, family) in self.families.iter_mut() {
            family.update();
            let (pages, freed) = (family.bytes(), family.take_freed());
            match family.common_task(tree.version, task_of) {
                Some(common) => tasks.each_outwards(common, |task| {
                    task.sums.families = task.sums.families.plus(pages);
                    task.given_back += freed;
                }),
                None => divided.push((id, freed)),
            }
        }
        for (id, freed) in divided {
            self.add_divided_family(id, freed);
        }
        self.add_releases();
    }

    /// Adds what members of families show no more and may not have freed yet.
    fn add_releases(&mut self) {
        for (_, family) in self.families.iter() {
            if !family.has_releases() {
                continue;
            }
            for id in self.tasks.ids() {
                let releasing = family.releasing(|pid| {
                    let index = self.tree.index_of(pid);
                    let task = index.map(|index| self.tree.members()[index].task);
                    task.is_some_and(|task| self.tasks.is_within(task, id))
                });
                if let Some(task) = self.tasks.get_mut(id) {
                    task.sums.releasing += releasing;
                }
            }
        }
    }

    /// Adds a family whose members are in different tasks.
    fn add_divided_family(&mut self, family_id: FamilyId, freed: u64) {
        for id in self.tasks.ids() {
            let Some(family) = self.families.get(family_id) else {
                return;
            };
            let (inside, part) = self.part_within(family, id);
            if inside == 0 {
                continue;
            }
            let pages = if inside == family.len() {
                family.bytes()
            } else {
                part
            };
            if let Some(task) = self.tasks.get_mut(id) {
                task.sums.families = task.sums.families.plus(pages);
                task.given_back += freed;
            }
        }
    }

    /// How many members of a family are in a task, and their memory.
    fn part_within(&self, family: &Family, id: TaskId) -> (usize, Bracket) {
        let within = family.pids().filter(|&pid| self.is_within(pid, id));
        family.part(within)
    }

    /// File pages that the processes of a task have, as far as they were read; and what the others
    /// likely add, by their programs.
    pub(super) fn read_pages(&mut self, id: TaskId) -> ReadPages {
        let as_of = (self.files.version(), self.tree.version);
        let Some(task) = self.tasks.get(id) else {
            return ReadPages::default();
        };
        if let Some((pages, known_as_of)) = task.read_pages
            && known_as_of == as_of
        {
            return pages;
        }
        let members = self.tree.members().iter();
        let inside = members.filter(|member| self.tasks.is_within(member.task, id));
        let pages = self.files.pages_of(inside);
        if let Some(task) = self.tasks.get_mut(id) {
            task.read_pages = Some((pages, as_of));
        }
        pages
    }
}
