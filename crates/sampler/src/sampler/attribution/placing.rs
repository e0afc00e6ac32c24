//! Places each process in the task that its traits show.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Observer, ProcessId};

use super::state::{Departure, Placement, Root};
use crate::attribution::SharedRules;
use crate::attribution::stages::Stages;
use crate::attribution::traits::{Role, Traits, Verdict};
use crate::{EndStatus, Sampler, TaskId};

/// Pids of ended processes that are kept of a task.
const MOST_PIDS: usize = 5_000;

/// Where a process stays if its traits do not say otherwise.
#[derive(Clone, Copy)]
enum Origin {
    /// Where it is.
    Own,
    /// In another task, or in none.
    Other(Option<TaskId>),
}

impl<O: Observer> Sampler<O> {
    /// Attributes the processes of a task to found tasks from now on. `before` is what its first
    /// process has from outside, which is not its own.
    pub fn attribute(&mut self, root: TaskId, rules: SharedRules, before: &Traits, now: Duration) {
        self.attribution.rules = Some(rules);
        let members = self.tree.members().iter();
        let inside = members.filter(|member| member.task == root);
        let mut pids: Vec<(Duration, u32)> = inside
            .map(|member| (member.first_seen, member.id.pid))
            .collect();
        pids.sort_unstable();
        let before = Arc::new(before.clone().marks_only());
        let attributed = Root {
            stages: Stages::default(),
            outside: Arc::clone(&before),
        };
        self.attribution.roots.insert(root, attributed);
        if let Some(task) = self.tasks.get_mut(root) {
            task.follow_programs();
        }
        for (_, pid) in pids {
            self.attribute_process(pid, Some(&before), now);
        }
    }

    /// The traits of a process, by what the operating system says it was started with.
    fn traits_of(&mut self, pid: u32) -> Option<Traits> {
        let rules = Arc::clone(self.attribution.rules.as_ref()?);
        let startup = self.observer.startup(pid)?;
        let known = self.tree.index_of(pid);
        let known = known.map(|index| self.tree.members()[index].id);
        // Only births say that a pid was assigned again.
        if known.is_some() && self.identity(pid) != known {
            return None;
        }
        Some(rules.look(&startup, || {
            let id = self.identity(pid)?;
            self.observer.directory(id)
        }))
    }

    fn identity(&mut self, pid: u32) -> Option<ProcessId> {
        Some(self.observer.identify(pid).ok()??.id)
    }

    /// Places a process that was found by a scan, or that runs another program.
    pub(crate) fn attribute_process(
        &mut self,
        pid: u32,
        before: Option<&Arc<Traits>>,
        now: Duration,
    ) {
        if let Some(traits) = self.traits_of(pid) {
            self.place(pid, &Arc::new(traits), before, now);
        } else if !self.attribution.processes.contains_key(&pid)
            && let Some(parent) = self.parent_of(pid)
        {
            self.inherit(pid, parent, now);
        }
    }

    /// Attributes a process and what it starts to a runner's task by name, whatever it was started
    /// with. Returns whether both the process and the runner exist.
    pub fn assign_to_task(
        &mut self,
        root: TaskId,
        pid: u32,
        runner: &str,
        name: &str,
        now: Duration,
    ) -> bool {
        let Some(rules) = self.attribution.rules.clone() else {
            return false;
        };
        let Some(mark) = rules.mark(runner, name) else {
            return false;
        };
        if self.tree.task_of_pid(pid).is_none() {
            // It may be too new to be in a sample; what cannot be read is found later.
            let _ = self.sample(now);
        }
        let task = self.tree.task_of_pid(pid);
        if !task.is_some_and(|task| self.tasks.is_within(task, root)) {
            return false;
        }
        let former = self.attribution.processes.get(&pid);
        let from = former.and_then(|former| former.task);
        let own = former.map(|former| former.traits.as_ref().clone());
        let Some(own) = own.or_else(|| self.traits_of(pid)) else {
            return false;
        };
        if !own.marks.iter().any(|own| own.is_called_as(&mark)) {
            let traits = Arc::new(own.with_mark(mark));
            self.place(pid, &traits, None, now);
            // It may have started others before it was assigned.
            let to = self.attribution.processes.get(&pid).and_then(|it| it.task);
            self.move_children(pid, from, &traits, to, now);
        }
        true
    }

    /// Places a process like its parent, until its own traits are known.
    pub(crate) fn inherit(&mut self, pid: u32, parent: u32, now: Duration) {
        if !self.attribution.is_on() {
            return;
        }
        let Some(mut placement) = self.attribution.processes.get(&parent).cloned() else {
            return;
        };
        placement.parent = parent;
        placement.is_top = false;
        self.note_arrival(&placement, now);
        self.attribution.processes.insert(pid, placement);
    }

    /// Places a process by its own traits.
    pub(crate) fn place(
        &mut self,
        pid: u32,
        traits: &Arc<Traits>,
        before: Option<&Arc<Traits>>,
        now: Duration,
    ) {
        self.place_from(pid, traits, before, Origin::Own, now);
    }

    /// Places a process in the task that its traits say, or else in the one that it comes from.
    fn place_from(
        &mut self,
        pid: u32,
        traits: &Arc<Traits>,
        before: Option<&Arc<Traits>>,
        origin: Origin,
        now: Duration,
    ) {
        let Some(assigned) = self.tree.task_of_pid(pid) else {
            return;
        };
        let Some(root) = self.root_around(assigned) else {
            return;
        };
        let former = self.attribution.processes.remove(&pid);
        let parent_pid = self.parent_of(pid).unwrap_or(0);
        let parent = self.attribution.processes.get(&parent_pid).cloned();
        let compared = before
            .or(former.as_ref().map(|former| &former.traits))
            .or(parent.as_ref().map(|parent| &parent.traits));
        let current = match (origin, &former) {
            (Origin::Other(task), _) => task,
            (Origin::Own, Some(former)) => former.task,
            (Origin::Own, None) => self.whole_task_around(assigned),
        };
        let task = self.task_by_traits(root, traits, compared.map(Arc::as_ref), current, now);
        let role = role_in(task, traits, former.as_ref(), parent.as_ref());
        let placement = Placement {
            traits: Arc::clone(traits),
            task,
            role: self.actual_role(task, role),
            parent: parent_pid,
            is_top: is_top_of(task, former.as_ref(), parent.as_ref()),
            root,
        };
        self.set_placement(pid, former, placement, now);
    }

    /// The task that the marks of a process show: another than the `current` one where they are new
    /// compared with those it had before, or its parent has.
    fn task_by_traits(
        &mut self,
        root: TaskId,
        traits: &Traits,
        compared: Option<&Traits>,
        current: Option<TaskId>,
        now: Duration,
    ) -> Option<TaskId> {
        let outside = self.attribution.roots.get(&root);
        let outside = outside.map(|root| root.outside.as_ref());
        let level =
            current.and_then(|task| Some(self.attribution.found_tasks.get(&task)?.mark.level));
        match traits.verdict(compared, outside, level) {
            Verdict::Moves(mark) => self.find_or_add_task(root, mark, now).or(current),
            Verdict::StaysAsScript => {
                if let Some(task) = current {
                    self.treat_hosts_as_wrappers(task);
                }
                current
            }
            Verdict::Stays => current,
        }
    }

    /// Moves a process to its placement from its former one.
    fn set_placement(
        &mut self,
        pid: u32,
        former: Option<Placement>,
        placement: Placement,
        now: Duration,
    ) {
        if let Some(former) = &former {
            self.note_departure(former, Departure::Moved, now);
        }
        self.note_arrival(&placement, now);
        let assigned = self.task_for(&placement);
        let (task, traits) = (placement.task, Arc::clone(&placement.traits));
        let has_changed = former.as_ref().is_some_and(|former| {
            (former.task, former.role) != (task, placement.role) || former.traits != traits
        });
        self.attribution.processes.insert(pid, placement);
        self.reassign(pid, assigned);
        // Where execs are not reported, one may be found later than what was started after it.
        if let Some(former) = former.filter(|_| has_changed && !self.births.are_reported()) {
            self.move_children(pid, former.task, &traits, task, now);
        }
    }

    /// Compares children with their new parent; those in the task that it was in follow it.
    fn move_children(
        &mut self,
        parent: u32,
        from: Option<TaskId>,
        traits: &Arc<Traits>,
        to: Option<TaskId>,
        now: Duration,
    ) {
        let processes = self.attribution.processes.iter();
        let children: Vec<(u32, Arc<Traits>, Origin)> = processes
            .filter(|(_, child)| child.parent == parent)
            .map(|(&pid, child)| {
                let follows = child.task == from;
                let origin = if follows {
                    Origin::Other(to)
                } else {
                    Origin::Own
                };
                (pid, Arc::clone(&child.traits), origin)
            })
            .collect();
        for (pid, own, origin) in children {
            self.place_from(pid, &own, Some(traits), origin, now);
            // Elsewhere its own children have followed it already.
            let moved = self.attribution.processes.get(&pid).and_then(|it| it.task);
            if self.births.are_reported() && moved == to && to != from {
                self.move_children(pid, from, &own, to, now);
            }
        }
    }

    /// A process has ended.
    pub(crate) fn forget(&mut self, pid: u32, status: Option<EndStatus>, now: Duration) {
        if let Some(placement) = self.attribution.processes.remove(&pid) {
            let found = self.attribution.found_task_of(&placement);
            if let Some(found) = found.filter(|found| found.ended_pids.len() < MOST_PIDS) {
                found.ended_pids.push(pid);
            }
            self.note_departure(&placement, Departure::Ended(status), now);
        }
    }

    /// One process of a stage alone has had this much.
    pub(crate) fn note_stage_peak_of(&mut self, pid: u32, bytes: u64) {
        let Some(placement) = self.attribution.processes.get(&pid) else {
            return;
        };
        let (root, stage) = (placement.root, placement.traits.stage);
        if let (Some(stage), Some(stages)) = (stage, self.attribution.stages_of(root)) {
            stages.note_bytes(Some(stage), bytes);
        }
    }

    pub(crate) fn note_stage_peaks(&mut self) {
        for (&id, root) in &mut self.attribution.roots {
            if root.stages.current().is_some()
                && let Some(task) = self.tasks.get(id)
            {
                root.stages.note_bytes(None, task.estimate.total.best);
            }
        }
    }

    fn parent_of(&self, pid: u32) -> Option<u32> {
        match self.tree.index_of(pid) {
            Some(index) => Some(self.tree.members()[index].parent),
            None => Some(self.unsampled.get(pid)?.parent),
        }
    }

    fn note_arrival(&mut self, placement: &Placement, now: Duration) {
        if let Some(found) = self.attribution.found_task_of(placement) {
            found.alive += 1;
            found.ended = None;
        }
        if let Some(stage) = placement.traits.stage
            && let Some(stages) = self.attribution.stages_of(placement.root)
        {
            stages.process_started(stage, now);
        }
    }

    fn note_departure(&mut self, placement: &Placement, departure: Departure, now: Duration) {
        if let Some(found) = self.attribution.found_task_of(placement) {
            found.alive = found.alive.saturating_sub(1);
            if found.alive == 0 {
                found.ended = Some(now);
            }
            if let Departure::Ended(status) = departure
                && placement.is_top
            {
                found.is_exit_unknown |= status.is_none();
                if found.exit.is_none_or(EndStatus::is_success) {
                    found.exit = status.or(found.exit);
                }
            }
        }
        if let Some(stage) = placement.traits.stage
            && let Some(stages) = self.attribution.stages_of(placement.root)
        {
            stages.process_ended(stage, now);
        }
    }
}

/// Whether a process is in another task than its parent.
fn is_top_of(task: Option<TaskId>, former: Option<&Placement>, parent: Option<&Placement>) -> bool {
    match former.filter(|former| former.task == task) {
        Some(former) => former.is_top,
        None => task.is_some() && task != parent.and_then(|parent| parent.task),
    }
}

/// A process's role within a task. Whatever the payload starts is payload, too.
fn role_in(
    task: Option<TaskId>,
    traits: &Traits,
    former: Option<&Placement>,
    parent: Option<&Placement>,
) -> Role {
    let is_parent_within = parent.and_then(|parent| parent.task) == task;
    // Without a known parent, what the process was before has to do.
    let inherited = parent.or(former).map(|one| one.role);
    if is_parent_within && inherited == Some(Role::Payload) {
        Role::Payload
    } else {
        traits.role
    }
}
