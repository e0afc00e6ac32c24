//! Keeps the trees of tasks, and what is known of them.

pub(crate) mod machine;
mod narrowing;
mod newcomers;
mod parts;
pub(crate) mod relatives;
mod sample;
#[cfg(test)]
mod truth;
mod weighing;

use std::time::Duration;

use machine::{MachineWrites, Window};
use memtop_proc::{
    Account, Birth, ByNumber, Error, MachineFaults, MappedRange, Observer, ProcessId,
};
use relatives::Descent;

use crate::attribution::Attribution;
use crate::budget::Budget;
use crate::gaps::Gaps;
use crate::kin::Families;
use crate::mapped::{PageSet, Union};
use crate::member::Member;
use crate::newborn::Newborns;
use crate::settling::{Metric, Settling};
use crate::task::Tasks;
use crate::tree::Tree;
use crate::{LivingProcess, Point, Program, Record, Samples, TaskId, TaskRecord};

/// Keeps the trees of its tasks and samples them when told to.
#[derive(Debug)]
pub struct Sampler<O: Observer> {
    pub(crate) observer: O,
    pub(crate) tree: Tree<O::Handle>,
    pub(crate) tasks: Tasks,
    pub(crate) newborns: Newborns,
    /// Who is about to end and worth a look all the same.
    pub(crate) looked_at: Option<u32>,
    births: Vec<Birth>,
    families: Families,
    settling: Settling,
    /// Changes with each reading of mapped pages, and with who was read.
    pub(crate) reading: u64,
    /// Room for what is worked out at each sample.
    union: Union,
    ranges: Vec<MappedRange>,
    programs_seen: ByNumber<u64, crate::weight::Program>,
    /// The pages of files that a process of each program had.
    learned: ByNumber<u64, PageSet>,
    machine: MachineWrites,
    window: Window,
    /// When those at rest were last looked at, and the faults of all until then.
    all_looked_at: Duration,
    faults_when_all_looked_at: Option<MachineFaults>,
    last_sample: Option<Duration>,
    /// Time that newcomers have taken: it goes with their number, however seldom samples are taken.
    pub(crate) admission: Duration,
    /// Counts all samples, also those between the regular ones.
    samples: u64,
    /// What all of them had at the last sample, and the version of the tree.
    rss_and_version: (u64, u64),
    is_changing: bool,
    /// Whether a process gave memory back while pages were being read in this sample, so that the
    /// sum is not of one instant.
    is_torn: bool,
    /// What those that are there have taken since the sample before, of memory that no file backs.
    taken: u64,
    high_water: Budget,
    /// Whose high water is read next.
    high_water_next: usize,
    never_seen: u64,
    pub(crate) attribution: Attribution,
    /// The time of what is being taken in.
    pub(crate) clock: Duration,
    gaps: Gaps,
    pub(crate) ticks: u64,
    last_tick: Option<Duration>,
    failures: u64,
    first_failure: Option<String>,
}

impl<O: Observer> Sampler<O> {
    /// A sampler of nothing yet.
    pub fn new(mut observer: O, metric: Metric) -> Self {
        Self {
            never_seen: observer.never_seen(),
            machine: MachineWrites::start(&mut observer),
            window: Window::default(),
            all_looked_at: Duration::ZERO,
            faults_when_all_looked_at: None,
            observer,
            tree: Tree::new(),
            tasks: Tasks::default(),
            newborns: Newborns::default(),
            looked_at: None,
            births: Vec::new(),
            families: Families::default(),
            settling: Settling::new(metric),
            reading: 0,
            union: Union::default(),
            ranges: Vec::new(),
            programs_seen: ByNumber::default(),
            learned: ByNumber::default(),
            last_sample: None,
            samples: 0,
            rss_and_version: (0, 0),
            is_changing: false,
            is_torn: false,
            taken: 0,
            admission: Duration::ZERO,
            high_water: sample::budget_of_high_water(),
            high_water_next: 0,
            attribution: Attribution::default(),
            clock: Duration::ZERO,
            gaps: Gaps::new(),
            ticks: 0,
            last_tick: None,
            failures: 0,
            first_failure: None,
        }
    }

    /// Starts a task at a process: it and all its descendants are of that task from now on.
    /// `None` when there is no such process.
    ///
    /// # Errors
    /// When the process table cannot be read.
    pub fn add_task(&mut self, pid: u32, now: Duration) -> Result<Option<TaskId>, Error> {
        let Some(root) = self.observer.identify(pid)? else {
            return Ok(None);
        };
        if self.tasks.is_empty() {
            self.observer.note_present()?;
        }
        let mut births = std::mem::take(&mut self.births);
        births.clear();
        let listed = self.observer.all(&mut births);
        if !births.iter().any(|birth| birth.id == root.id) {
            births.push(root);
        }
        let enclosing = self
            .tree
            .place_of(pid)
            .map(|place| self.tree.members()[place].task);
        let task = self.tasks.add(enclosing);
        let is_forked_outside = self.is_forked_outside(&root)?;
        self.claim_descendants(task, enclosing, root.id, &births, now);
        if is_forked_outside {
            self.join_family(root.id.pid, Descent::ForkedOutside);
        }
        self.births = births;
        listed.map(|()| Some(task))
    }

    /// From now on the kernel counts what is in a task, and nothing else.
    pub fn set_account(&mut self, id: TaskId, account: Box<dyn Account>) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.account = Some(account);
        }
    }

    /// From now on it does not count all of them any more.
    pub fn end_account(&mut self, id: TaskId) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.account = None;
            task.counted = None;
        }
    }

    /// Opens a task for others to be inside it. Orphans that become children of `adopter` and are
    /// of none of those are of this one.
    pub fn add_group(&mut self, enclosing: Option<TaskId>, adopter: Option<u32>) -> TaskId {
        let task = self.tasks.add_group(enclosing);
        if let Some(parent) = adopter {
            self.tree.adopt(task, parent);
        }
        task
    }

    /// Starts a task inside another at a process that was started after the observer took note of
    /// who is there. `None` when there is no such process.
    ///
    /// # Errors
    /// When the process table cannot be read.
    pub fn add_new_task_within(
        &mut self,
        enclosing: TaskId,
        pid: u32,
        now: Duration,
    ) -> Result<Option<TaskId>, Error> {
        let Some(root) = self.observer.identify(pid)? else {
            return Ok(None);
        };
        self.make_room_for(root.id);
        let task = self.tasks.add(Some(enclosing));
        if self.tree.place_of(pid).is_none() {
            self.admit(&root, task, now);
            return Ok(Some(task));
        }
        // A sample has found it first, as a child of who adopts orphans.
        let mut births = std::mem::take(&mut self.births);
        births.clear();
        let listed = self.observer.all(&mut births);
        self.claim_descendants(task, Some(enclosing), root.id, &births, now);
        self.births = births;
        listed.map(|()| Some(task))
    }

    /// Starts a task at a process that was started after the observer took note of who is there,
    /// so that its descendants show as births. `None` when there is no such process. Orphans that
    /// become children of `adopter` are of the task as well.
    ///
    /// # Errors
    /// When the process table cannot be read.
    pub fn add_new_task(
        &mut self,
        pid: u32,
        adopter: Option<u32>,
        now: Duration,
    ) -> Result<Option<TaskId>, Error> {
        let Some(root) = self.observer.identify(pid)? else {
            return Ok(None);
        };
        let task = self.tasks.add(None);
        if let Some(parent) = adopter {
            self.tree.adopt(task, parent);
        }
        self.admit(&root, task, now);
        Ok(Some(task))
    }

    /// Ends a task and tells what is known of it.
    pub fn remove_task(&mut self, id: TaskId) -> Option<TaskRecord> {
        let record = self.task_record(id)?;
        self.end_attribution(id);
        let task = self.tasks.remove(id)?;
        self.tree.end_task(id, task.enclosing);
        self.newborns.end_task(id, task.enclosing);
        Some(record)
    }

    /// The processes of a task that had memory at the last sample.
    pub fn living(&self, id: TaskId) -> Vec<LivingProcess> {
        let weight = self
            .tasks
            .get(id)
            .map(|task| task.weight)
            .unwrap_or_default();
        let parts = self.parts(id, &weight).into_iter();
        parts
            .map(|(place, bytes)| {
                let member = &self.tree.members()[place];
                LivingProcess {
                    id: member.id,
                    task: member.task,
                    description: std::sync::Arc::clone(&member.named.description),
                    parent: member.parent,
                    first_seen: member.first_seen,
                    rss_bytes: member.memory.rss,
                    bytes,
                }
            })
            .collect()
    }

    /// What a task has had since this was last called, as so many sums at most, each the highest of
    /// its stretch of time. The first call begins it. `None` when it has ended.
    pub fn take_course(&mut self, id: TaskId, points: usize) -> Option<Vec<Point>> {
        Some(self.tasks.get_mut(id)?.take_course(points))
    }

    /// Reads every sample of a task from now on, and those before as far as they are kept. `None`
    /// when it has ended.
    pub fn samples(&mut self, id: TaskId) -> Option<Samples> {
        Some(self.tasks.get_mut(id)?.samples())
    }

    /// The processes of a task that have not been reaped.
    pub fn members(&self, id: TaskId) -> impl Iterator<Item = ProcessId> {
        let members = self.tree.members().iter();
        members
            .filter(move |member| self.tasks.is_within(member.task, id))
            .map(|member| member.id)
    }

    /// Their pids.
    pub fn pids(&self, id: TaskId) -> impl Iterator<Item = u32> {
        self.members(id).map(|member| member.pid)
    }

    /// There was nobody to sample for a while, which is not a gap.
    pub(crate) fn resume(&mut self) {
        self.last_tick = None;
    }

    /// Whether a task has not ended.
    #[must_use]
    pub fn has_task(&self, id: TaskId) -> bool {
        self.tasks.get(id).is_some()
    }

    /// Resident memory of a task at the last sample, in each process.
    #[must_use]
    pub fn rss_bytes(&self, id: TaskId) -> u64 {
        self.tasks.get(id).map_or(0, |task| task.sums.rss)
    }

    /// The memory of a task at the last sample, every page once.
    #[must_use]
    pub fn bytes(&self, id: TaskId) -> u64 {
        self.tasks.get(id).map_or(0, |task| task.weight.total.best)
    }

    /// Time that went into what does not depend on how often samples are taken: looks at the pages
    /// of processes, which have a budget of their own, and newcomers.
    #[must_use]
    pub fn time_beside(&self) -> Duration {
        self.settling.spent + self.machine.spent + self.admission
    }

    /// The highest peak of any task, and the largest process.
    #[must_use]
    pub fn highest(&self) -> (u64, u64) {
        let mut highest = (0, 0);
        for task in self.tasks.ids().filter_map(|id| self.tasks.get(id)) {
            let peak = task.record.peak.as_ref().map_or(0, |peak| peak.bytes);
            highest = (highest.0.max(peak), highest.1.max(task.largest_bytes()));
        }
        highest
    }

    /// Whether processes have come or gone or changed their size since this was last asked.
    pub(crate) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.is_changing)
    }

    /// Whether any process is being watched.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tree.is_empty() && self.newborns.is_empty()
    }

    /// What is known of one task so far.
    #[must_use]
    pub fn task_record(&self, id: TaskId) -> Option<TaskRecord> {
        let mut record = self.tasks.get(id)?.record();
        // A zombie that nobody has reaped yet is still here and will never be measured.
        let never = |member: &&Member<_>| {
            !member.memory.measured() && self.tasks.is_within(member.task, id)
        };
        record.unmeasured += self.tree.members().iter().filter(never).count() as u64;
        Some(record)
    }

    /// Who has had the memory of a task so far.
    pub(crate) fn programs(&self, id: TaskId) -> Vec<Program> {
        self.tasks
            .get(id)
            .map_or_else(Vec::new, |task| task.programs().to_vec())
    }

    /// What is known so far, with one task's figures. What only the thread knows is left at zero.
    #[must_use]
    pub fn record(&self, task: TaskId) -> Record {
        Record {
            task: self.task_record(task).unwrap_or_default(),
            named: self.named_records(task),
            stages: self.stage_records(task, self.clock),
            programs: Vec::new(),
            interval: Duration::ZERO,
            ticks: self.ticks,
            median_gap: self.gaps.median(),
            longest_gap: self.gaps.longest(),
            cpu: Duration::ZERO,
            pss_reads: self.settling.readings,
            pss_refused: self.settling.refused,
            without_descriptor: self.observer.without_descriptor(),
            failures: self.failures,
            first_failure: self.first_failure.clone(),
            slowed_down: false,
            gave_up: false,
        }
    }

    pub(crate) fn with_member(
        &mut self,
        pid: u32,
        act: impl FnOnce(&mut O, u64, &mut Member<O::Handle>),
    ) {
        if let Some(place) = self.tree.place_of(pid) {
            act(
                &mut self.observer,
                self.ticks,
                &mut self.tree.members_mut()[place],
            );
        }
    }

    pub(crate) fn count(&mut self, task: TaskId, add: impl Fn(&mut TaskRecord)) {
        self.tasks.each_outwards(task, |task| add(&mut task.record));
    }
}
