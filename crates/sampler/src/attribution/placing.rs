//! Puts each process on the account of the task that it shows to belong to.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::Observer;

use super::SharedRules;
use super::stages::Stages;
use super::state::{Belonging, Departure, Root};
use super::traits::{Part, Traits, Verdict};
use crate::{EndStatus, Sampler, TaskId};

/// Pids of the dead that are kept of a task.
const MOST_PIDS: usize = 5_000;

/// Where a process belongs if nothing tells otherwise.
#[derive(Clone, Copy)]
enum Origin {
    /// Where it is.
    Own,
    /// In another task, or in none.
    Other(Option<TaskId>),
}

impl<O: Observer> Sampler<O> {
    /// Tells the processes of a task apart from now on. `before` is what its first process has
    /// from outside, which is not its own.
    pub fn attribute(&mut self, root: TaskId, rules: SharedRules, before: &Traits, now: Duration) {
        self.attribution.rules = Some(rules);
        let members = self.tree.members().iter();
        let inside = members.filter(|member| member.task == root);
        let mut pids: Vec<(Duration, u32)> = inside
            .map(|member| (member.first_seen, member.id.pid))
            .collect();
        pids.sort_unstable();
        let before = Arc::new(before.clone().marks_only());
        let told_apart = Root {
            stages: Stages::default(),
            outside: Arc::clone(&before),
        };
        self.attribution.roots.insert(root, told_apart);
        if let Some(task) = self.tasks.get_mut(root) {
            task.follow_programs();
        }
        for (_, pid) in pids {
            self.find_task_of(pid, Some(&before), now);
        }
    }

    /// What a process is, by what it was started with; asked of the operating system.
    fn traits_of(&mut self, pid: u32) -> Option<Traits> {
        let rules = Arc::clone(self.attribution.rules.as_ref()?);
        let index = self.tree.index_of(pid)?;
        let id = self.tree.members()[index].id;
        let startup = self.observer.startup(id)?;
        Some(rules.look(&startup, || self.observer.directory(id)))
    }

    /// A process was found, or runs another program, and nobody has looked at it yet.
    pub(crate) fn find_task_of(&mut self, pid: u32, before: Option<&Arc<Traits>>, now: Duration) {
        if let Some(traits) = self.traits_of(pid) {
            self.place(pid, &Arc::new(traits), before, now);
        } else if !self.attribution.processes.contains_key(&pid)
            && let Some(parent) = self.parent_of(pid)
        {
            self.inherit(pid, parent, now);
        }
    }

    /// Has a process of a tree, and what it starts, be of the task of a runner that whoever has
    /// started it names; what it was started with is not asked. Whether there are both.
    pub fn tell_task(
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
            // It may be so new that no sample has found it; what cannot be read is found later.
            let _ = self.sample(now);
        }
        let account = self.tree.task_of_pid(pid);
        if !account.is_some_and(|account| self.tasks.is_within(account, root)) {
            return false;
        }
        let known = self.attribution.processes.get(&pid);
        let own = known.map(|known| known.traits.as_ref().clone());
        let Some(own) = own.or_else(|| self.traits_of(pid)) else {
            return false;
        };
        if !own.marks.iter().any(|own| own.is_called_as(&mark)) {
            self.place(pid, &Arc::new(own.with_mark(mark)), None, now);
        }
        true
    }

    /// One that was told of, or shows nothing of itself, and is like its parent for now.
    pub(crate) fn inherit(&mut self, pid: u32, parent: u32, now: Duration) {
        if !self.attribution.is_on() {
            return;
        }
        let Some(mut belonging) = self.attribution.processes.get(&parent).cloned() else {
            return;
        };
        belonging.parent = parent;
        belonging.is_top = false;
        self.note_arrival(&belonging, now);
        self.attribution.processes.insert(pid, belonging);
    }

    /// What is known of a process by its own traits.
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
        let Some(account) = self.tree.task_of_pid(pid) else {
            return;
        };
        let Some(root) = self.root_around(account) else {
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
            (Origin::Own, None) => self.whole_task_around(account),
        };
        let task = self.task_by_traits(root, traits, compared.map(Arc::as_ref), current, now);
        let part = part_in(task, traits, former.as_ref(), parent.as_ref());
        let belonging = Belonging {
            traits: Arc::clone(traits),
            task,
            part: self.settled(task, part),
            parent: parent_pid,
            is_top: is_top_of(task, former.as_ref(), parent.as_ref()),
            root,
        };
        self.replace(pid, former, belonging, now);
    }

    /// The task that the marks of a process say: another than the `current` one where they are new
    /// compared with those of the process before, or of its parent.
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
        let level = current.and_then(|task| Some(self.attribution.named.get(&task)?.mark.level));
        match traits.verdict(compared, outside, level) {
            Verdict::Moves(mark) => self.named_task(root, mark, now).or(current),
            Verdict::StaysAsScript => {
                if let Some(task) = current {
                    self.be_script(task);
                }
                current
            }
            Verdict::Stays => current,
        }
    }

    /// Puts a process where it belongs, on its account, in place of what was known of it before.
    fn replace(
        &mut self,
        pid: u32,
        former: Option<Belonging>,
        belonging: Belonging,
        now: Duration,
    ) {
        if let Some(former) = &former {
            self.note_departure(former, Departure::Moved, now);
        }
        self.note_arrival(&belonging, now);
        let account = self.account_for(&belonging);
        let (task, traits) = (belonging.task, Arc::clone(&belonging.traits));
        let has_changed = former.as_ref().is_some_and(|former| {
            (former.task, former.part) != (task, belonging.part) || former.traits != traits
        });
        self.attribution.processes.insert(pid, belonging);
        self.move_to(pid, account);
        // Where execs are not reported, one may be found later than what was started after it.
        if let Some(former) = former.filter(|_| has_changed && !self.births.are_reported()) {
            self.take_along(pid, former.task, &traits, task, now);
        }
    }

    /// Children are compared with their parent anew; those that are in the task that it was in
    /// follow it.
    fn take_along(
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
        }
    }

    /// A process has ended.
    pub(crate) fn forget(&mut self, pid: u32, status: Option<EndStatus>, now: Duration) {
        if let Some(belonging) = self.attribution.processes.remove(&pid) {
            let named = self.attribution.named_of(&belonging);
            if let Some(named) = named.filter(|named| named.ended_pids.len() < MOST_PIDS) {
                named.ended_pids.push(pid);
            }
            self.note_departure(&belonging, Departure::Ended(status), now);
        }
    }

    /// One process of a stage alone has had this much.
    pub(crate) fn note_stage_peak_of(&mut self, pid: u32, bytes: u64) {
        let Some(belonging) = self.attribution.processes.get(&pid) else {
            return;
        };
        let (root, stage) = (belonging.root, belonging.traits.stage);
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

    fn note_arrival(&mut self, belonging: &Belonging, now: Duration) {
        if let Some(named) = self.attribution.named_of(belonging) {
            named.alive += 1;
            named.ended = None;
        }
        if let Some(stage) = belonging.traits.stage
            && let Some(stages) = self.attribution.stages_of(belonging.root)
        {
            stages.process_started(stage, now);
        }
    }

    fn note_departure(&mut self, belonging: &Belonging, departure: Departure, now: Duration) {
        if let Some(named) = self.attribution.named_of(belonging) {
            named.alive = named.alive.saturating_sub(1);
            if named.alive == 0 {
                named.ended = Some(now);
            }
            if let Departure::Ended(status) = departure
                && belonging.is_top
            {
                named.is_exit_unknown |= status.is_none();
                if named.exit.is_none_or(EndStatus::is_success) {
                    named.exit = status.or(named.exit);
                }
            }
        }
        if let Some(stage) = belonging.traits.stage
            && let Some(stages) = self.attribution.stages_of(belonging.root)
        {
            stages.process_ended(stage, now);
        }
    }
}

/// Whether a process is the first of its line in a task.
fn is_top_of(task: Option<TaskId>, former: Option<&Belonging>, parent: Option<&Belonging>) -> bool {
    match former.filter(|former| former.task == task) {
        Some(former) => former.is_top,
        None => task.is_some() && task != parent.and_then(|parent| parent.task),
    }
}

/// What a process does within a task. Everything that the payload starts is payload, too.
fn part_in(
    task: Option<TaskId>,
    traits: &Traits,
    former: Option<&Belonging>,
    parent: Option<&Belonging>,
) -> Part {
    let is_parent_within = parent.and_then(|parent| parent.task) == task;
    // Without a known parent, what the process was before has to do.
    let inherited = parent.or(former).map(|one| one.part);
    if is_parent_within && inherited == Some(Part::Payload) {
        Part::Payload
    } else {
        traits.part
    }
}
