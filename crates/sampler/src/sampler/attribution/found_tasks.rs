//! The sampler's tasks that a task which was found consists of.
//!
//! There is one for all of it, and inside that one for its work and one for wrappers. Inside the
//! work there is one more when its process may turn out to be only the host of a script.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::Observer;

use super::state::{FoundTask, Placement};
use crate::attribution::traits::{Role, TaskMark};
use crate::{Sampler, TaskId};

/// At most this many tasks of a run; later ones count for the task around them.
const MOST_TASKS: usize = 500;

impl<O: Observer> Sampler<O> {
    pub(super) fn find_or_add_task(
        &mut self,
        root: TaskId,
        mark: &TaskMark,
        now: Duration,
    ) -> Option<TaskId> {
        // A task keeps its key under every name, and one name is one task.
        let [by_key, by_name] =
            [&mark.key, &mark.name].map(|text| (root, mark.runner, Arc::clone(text)));
        let by_mark = &mut self.attribution.by_mark;
        if let Some(&all) = by_mark.get(&by_key).or_else(|| by_mark.get(&by_name)) {
            by_mark.insert(by_key, all);
            return Some(all);
        }
        if self.attribution.found_tasks.len() >= MOST_TASKS {
            return None;
        }
        let source = self.rules()?.runner_name(mark.runner).into();
        let all = self.tasks.add_within(root);
        let work = self.tasks.add_part(all);
        self.attribution.found_tasks.insert(
            all,
            FoundTask {
                root,
                source,
                mark: mark.clone(),
                started: now,
                ended: None,
                alive: 0,
                ended_pids: Vec::new(),
                exit: None,
                is_exit_unknown: false,
                is_script: false,
                work,
                below_host: None,
                wrappers: None,
            },
        );
        self.attribution.by_mark.insert(by_key, all);
        self.attribution.by_mark.insert(by_name, all);
        Some(all)
    }

    pub(super) fn task_for(&mut self, placement: &Placement) -> TaskId {
        let Some(all) = placement.task else {
            return placement.root;
        };
        let Some(found) = self.attribution.found_tasks.get_mut(&all) else {
            return placement.root;
        };
        match placement.role {
            Role::Wrapper => *found
                .wrappers
                .get_or_insert_with(|| self.tasks.add_part(all)),
            Role::Host => {
                let work = found.work;
                found
                    .below_host
                    .get_or_insert_with(|| self.tasks.add_part(work));
                work
            }
            Role::Payload => found.below_host.unwrap_or(found.work),
        }
    }

    /// A host of a script is only a wrapper.
    pub(super) fn actual_role(&self, task: Option<TaskId>, role: Role) -> Role {
        let found = task.and_then(|task| self.attribution.found_tasks.get(&task));
        match role {
            Role::Host if found.is_some_and(|found| found.is_script) => Role::Wrapper,
            role => role,
        }
    }

    /// A script does the work of a task, so its hosts are wrappers.
    pub(super) fn treat_hosts_as_wrappers(&mut self, all: TaskId) {
        let Some(found) = self.attribution.found_tasks.get_mut(&all) else {
            return;
        };
        if std::mem::replace(&mut found.is_script, true) {
            return;
        }
        let processes = self.attribution.processes.iter_mut();
        let hosts: Vec<(u32, Placement)> = processes
            .filter(|(_, placement)| placement.task == Some(all) && placement.role == Role::Host)
            .map(|(&pid, placement)| {
                placement.role = Role::Wrapper;
                (pid, placement.clone())
            })
            .collect();
        for (pid, host) in hosts {
            let to = self.task_for(&host);
            self.reassign(pid, to);
        }
    }

    /// Moves a process to another task.
    pub(super) fn reassign(&mut self, pid: u32, to: TaskId) {
        let Some(from) = self.tree.task_of_pid(pid) else {
            return;
        };
        if from == to {
            return;
        }
        let most = if let Some(index) = self.tree.index_of(pid) {
            let most = self.tree.members()[index].most();
            self.tree.reassign(index, to);
            self.files.change();
            most
        } else {
            let Some(process) = self.unsampled.get_mut(pid) else {
                return;
            };
            process.task = to;
            self.tree.remember(pid, to);
            0
        };
        let is_reported = self.births.are_reported();
        self.tasks.each_outwards_not_around(from, to, |left| {
            left.record.seen = left.record.seen.saturating_sub(1);
            left.lifetimes.ended(pid, Some(most));
        });
        self.tasks.each_outwards_not_around(to, from, |entered| {
            entered.record.seen += 1;
            entered.forget_before();
            if is_reported {
                entered.lifetimes.started(pid);
            } else {
                entered.record.found += 1;
            }
        });
    }

    /// Ends the tasks that were found in a tree together with it.
    pub(crate) fn end_attribution(&mut self, root: TaskId) {
        if self.attribution.roots.remove(&root).is_none() {
            return;
        }
        let ended: Vec<TaskId> = self.found_tasks_of(root).map(|(all, _)| all).collect();
        for all in ended {
            let Some(found) = self.attribution.found_tasks.remove(&all) else {
                continue;
            };
            let parts = [
                found.below_host,
                Some(found.work),
                found.wrappers,
                Some(all),
            ];
            for id in parts.into_iter().flatten() {
                if let Some(task) = self.tasks.remove(id) {
                    self.tree.end_task(id, task.enclosing);
                    self.unsampled.end_task(id, task.enclosing);
                }
            }
        }
        self.attribution.by_mark.retain(|(of, ..), _| *of != root);
        self.attribution
            .processes
            .retain(|_, placement| placement.root != root);
    }

    pub(super) fn outwards(&self, task: TaskId) -> impl Iterator<Item = TaskId> {
        std::iter::successors(Some(task), |&id| self.tasks.get(id)?.enclosing)
    }

    pub(super) fn root_around(&self, task: TaskId) -> Option<TaskId> {
        let mut outwards = self.outwards(task);
        outwards.find(|id| self.attribution.roots.contains_key(id))
    }

    pub(crate) fn whole_task_around(&self, task: TaskId) -> Option<TaskId> {
        let mut outwards = self.outwards(task);
        outwards.find(|&id| self.attribution.is_whole(id))
    }
}
