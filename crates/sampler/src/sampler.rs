//! One sample at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Birth, Error, Observer, ProcessId, Reading};

use crate::gaps::Gaps;
use crate::tree::{Member, Tree};
use crate::{LargestProcess, Peak, ProcessAtPeak, Record, TaskId, TaskRecord};

/// Keeps the trees of its tasks and samples them when told to.
#[derive(Debug)]
pub struct Sampler<O: Observer> {
    observer: O,
    tree: Tree<O::Handle>,
    tasks: HashMap<TaskId, Task>,
    births: Vec<Birth>,
    gaps: Gaps,
    ticks: u64,
    last_tick: Option<Duration>,
    failures: u64,
    first_failure: Option<String>,
}

#[derive(Debug, Default)]
struct Task {
    record: TaskRecord,
    /// The sums of the sample being taken.
    bytes: u64,
    alive: u64,
}

impl<O: Observer> Sampler<O> {
    /// A sampler of nothing yet.
    pub fn new(observer: O) -> Self {
        Self {
            observer,
            tree: Tree::new(),
            tasks: HashMap::new(),
            births: Vec::new(),
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
        let task = self.tree.add_task(enclosing);
        self.tasks.insert(task, Task::default());
        self.claim_descendants(task, enclosing, root.id, &births, now);
        self.births = births;
        listed.map(|()| Some(task))
    }

    /// Ends a task and tells what is known of it.
    pub fn remove_task(&mut self, task: TaskId) -> Option<TaskRecord> {
        let record = self.task_record(task)?;
        self.tasks.remove(&task);
        self.tree.remove_task(task);
        Some(record)
    }

    /// Takes one sample of everything at the instant `now`, counted from the sampler's start.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn tick(&mut self, now: Duration) -> Result<(), Error> {
        if let Some(last) = self.last_tick.replace(now) {
            self.gaps.add(now.saturating_sub(last));
        }
        self.ticks += 1;
        let outcome = self.admit_births(now).and(self.measure());
        self.sum_up(now);
        if let Err(error) = &outcome {
            self.failures += 1;
            self.first_failure.get_or_insert_with(|| error.to_string());
        }
        outcome
    }

    /// Whether any process is being watched.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tree.is_empty()
    }

    /// What is known of one task so far.
    #[must_use]
    pub fn task_record(&self, task: TaskId) -> Option<TaskRecord> {
        let mut record = self.tasks.get(&task)?.record.clone();
        // A zombie that nobody has reaped yet is still here and will never be measured.
        let never = |member: &&Member<_>| !member.measured && self.is_within(member.task, task);
        record.unmeasured += self.tree.members().iter().filter(never).count() as u64;
        Some(record)
    }

    fn is_within(&self, inner: TaskId, outer: TaskId) -> bool {
        self.tree.outwards(inner).any(|task| task == outer)
    }

    /// What is known so far, with one task's figures.
    #[must_use]
    pub fn record(&self, task: TaskId, interval: Duration, cpu: Duration) -> Record {
        Record {
            task: self.task_record(task).unwrap_or_default(),
            interval,
            ticks: self.ticks,
            median_gap: self.gaps.median(),
            longest_gap: self.gaps.longest(),
            cpu,
            failures: self.failures,
            first_failure: self.first_failure.clone(),
            gave_up: false,
        }
    }

    fn claim_descendants(
        &mut self,
        task: TaskId,
        enclosing: Option<TaskId>,
        root: ProcessId,
        births: &[Birth],
        now: Duration,
    ) {
        let mut children: HashMap<u32, Vec<&Birth>> = HashMap::new();
        for birth in births {
            children.entry(birth.parent).or_default().push(birth);
        }
        let mut open: Vec<&Birth> = births.iter().filter(|birth| birth.id == root).collect();
        while let Some(birth) = open.pop() {
            match self.tree.place_of(birth.id.pid) {
                Some(place) => {
                    let owner = self.tree.members()[place].task;
                    if Some(owner) == enclosing {
                        self.tree.reassign(place, task);
                        self.count_as_seen(task);
                    } else if self.tree.enclosing(owner) == enclosing && owner != task {
                        self.tree.enclose(owner, task);
                    }
                }
                None => self.admit(birth, task, now),
            }
            open.extend(children.get(&birth.id.pid).into_iter().flatten());
        }
    }

    fn admit_births(&mut self, now: Duration) -> Result<(), Error> {
        let mut births = std::mem::take(&mut self.births);
        births.clear();
        let outcome = self.observer.births(&mut births);
        for birth in &births {
            self.make_room_for(birth.id);
        }
        // A child may be listed before its parent; go on until nobody else can be placed.
        loop {
            let waiting = births.len();
            births.retain(|birth| match self.tree.task_of(birth) {
                Some(task) => {
                    self.admit(birth, task, now);
                    false
                }
                None => true,
            });
            if births.len() == waiting {
                break;
            }
        }
        self.births = births;
        outcome
    }

    /// A birth with the pid of a former member means that the member is gone, and what it
    /// belonged to says nothing about the newcomer.
    fn make_room_for(&mut self, id: ProcessId) {
        match self.tree.place_of(id.pid) {
            Some(place) if self.tree.members()[place].id == id => return,
            Some(place) => self.take_leave_of(place),
            None => {}
        }
        self.tree.forget_lineage(id.pid);
    }

    fn admit(&mut self, birth: &Birth, task: TaskId, now: Duration) {
        if self.tree.place_of(birth.id.pid).is_some() {
            return;
        }
        self.count_as_seen(task);
        match self.observer.watch(birth.id) {
            Ok(Some(handle)) => {
                let description = self.observer.describe(birth.id).unwrap_or_default();
                self.tree.admit(Member {
                    id: birth.id,
                    task,
                    handle,
                    first_seen: now,
                    description: Arc::new(description),
                    described_bytes: 0,
                    describe_at: self.ticks + 1,
                    describe_in: 1,
                    bytes: 0,
                    measured: false,
                });
            }
            Ok(None) => self.count_as_unmeasured(task),
            Err(error) => {
                self.count_as_unmeasured(task);
                self.first_failure.get_or_insert_with(|| error.to_string());
            }
        }
    }

    fn measure(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut place = 0;
        while place < self.tree.len() {
            let member = self.tree.member_mut(place);
            match self.observer.resident(&mut member.handle) {
                Ok(Reading::Resident(bytes)) => {
                    member.bytes = bytes;
                    member.measured |= bytes > 0;
                    if member.may_have_become_another(self.ticks) {
                        if let Some(description) = self.observer.describe(member.id) {
                            member.set_description(description);
                        }
                        member.describe_again_after(self.ticks);
                    }
                    place += 1;
                }
                Ok(Reading::Gone) => self.take_leave_of(place),
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    place += 1;
                }
            }
        }
        outcome
    }

    fn take_leave_of(&mut self, place: usize) {
        let member = self.tree.remove(place);
        if !member.measured {
            self.count_as_unmeasured(member.task);
        }
    }

    fn sum_up(&mut self, now: Duration) {
        for task in self.tasks.values_mut() {
            (task.bytes, task.alive) = (0, 0);
        }
        for member in self.tree.members() {
            for id in self.tree.outwards(member.task) {
                let Some(task) = self.tasks.get_mut(&id) else {
                    continue;
                };
                task.bytes += member.bytes;
                task.alive += 1;
                let largest = task
                    .record
                    .largest
                    .as_ref()
                    .map_or(0, |largest| largest.bytes);
                if member.bytes > largest {
                    task.record.largest = Some(LargestProcess {
                        id: member.id,
                        description: Arc::clone(&member.description),
                        bytes: member.bytes,
                    });
                }
            }
        }
        let tree = &self.tree;
        for (&id, task) in &mut self.tasks {
            let record = &mut task.record;
            record.max_alive = record.max_alive.max(task.alive);
            if task.bytes > record.peak.as_ref().map_or(0, |peak| peak.bytes) {
                let peak = record.peak.get_or_insert_with(|| Peak {
                    bytes: 0,
                    at: now,
                    processes: Vec::new(),
                });
                peak.bytes = task.bytes;
                peak.at = now;
                peak.processes.clear();
                peak.processes.extend(
                    tree.members()
                        .iter()
                        .filter(|member| member.bytes > 0)
                        .filter(|member| tree.outwards(member.task).any(|outer| outer == id))
                        .map(|member| ProcessAtPeak {
                            id: member.id,
                            first_seen: member.first_seen,
                            description: Arc::clone(&member.description),
                            bytes: member.bytes,
                        }),
                );
            }
        }
    }

    fn count_as_seen(&mut self, task: TaskId) {
        self.count(task, |record| record.seen += 1);
    }

    fn count_as_unmeasured(&mut self, task: TaskId) {
        self.count(task, |record| record.unmeasured += 1);
    }

    fn count(&mut self, task: TaskId, add: impl Fn(&mut TaskRecord)) {
        for id in self.tree.outwards(task) {
            if let Some(task) = self.tasks.get_mut(&id) {
                add(&mut task.record);
            }
        }
    }
}
