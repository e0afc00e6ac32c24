//! What is learned of a process at its end.

use std::sync::Arc;

use memtop_proc::{Description, HighWater, Observer, ProcessId};

use super::short_lives::ShortLife;
use crate::member::ProgramOrigin;
use crate::{Death, EndStatus, LastFigures, Sampler};

/// The signals that end processes for lack of memory: the kernel's, and a program's own.
const KILL: i32 = 9;
const ABORT: i32 = 6;
/// Further deaths are not recorded.
const MOST_DEATHS: usize = 100;

impl<O: Observer> Sampler<O> {
    /// A process that was killed, or has aborted, may have done so for lack of memory.
    pub(super) fn note_death(&mut self, pid: u32, status: EndStatus, last: Option<&LastFigures>) {
        let EndStatus::Signal(signal @ (KILL | ABORT)) = status else {
            return;
        };
        let Some(task) = self.tree.task_of_pid(pid) else {
            return;
        };
        let member = self
            .tree
            .index_of(pid)
            .map(|index| &self.tree.members()[index]);
        let description = match (member, last) {
            (Some(member), _) => (*member.description.current).clone(),
            (None, Some(last)) => last.description(),
            (None, None) => Description::default(),
        };
        let sampled = member.map(|member| member.memory.highest);
        let death = Death {
            pid,
            signal,
            description,
            highest_bytes: sampled.max(last.map(|last| last.highest_bytes)),
        };
        self.tasks.each_outwards(task, |task| {
            if task.record.deaths.len() < MOST_DEATHS {
                task.record.deaths.push(death.clone());
            }
        });
    }

    /// What a process had that has ended. Returns its life if no sample may have seen all of that.
    pub(super) fn take_last_figures(
        &mut self,
        pid: u32,
        figures: &LastFigures,
    ) -> Option<ShortLife> {
        self.births.note_high_water();
        let bytes = figures.highest_bytes;
        self.note_stage_peak_of(pid, bytes);
        let last = HighWater {
            highest_bytes: bytes,
            now_bytes: 0,
            file_bytes: 0,
            swapped_bytes: 0,
        };
        if let Some(index) = self.tree.index_of(pid) {
            let member = &mut self.tree.members_mut()[index];
            member.is_exiting = true;
            let is_new = bytes > member.memory.highest;
            self.note_high_water(index, last);
            let member = &self.tree.members()[index];
            self.tasks
                .each_outwards(member.task, |task| task.note_size(member));
            // What it has of its parent's memory is no news.
            let is_own = member.program == ProgramOrigin::Own;
            return (is_new && is_own).then(|| ShortLife {
                id: member.id,
                parent: member.parent,
                task: member.task,
                born: member.first_seen,
                description: Arc::clone(&member.description.current),
                bytes,
            });
        }
        let process = self.unsampled.get_mut(pid)?;
        process.at_exit = Some(last);
        process.memory.is_none().then(|| ShortLife {
            id: ProcessId { pid, started: 0 },
            parent: process.parent,
            task: process.task,
            born: process.born,
            description: Arc::new(figures.description()),
            bytes: process.most(),
        })
    }
}
