//! One sample at a time.

use std::collections::HashMap;
use std::time::Duration;

use memtop_proc::{Birth, Error, HighWater, Observer, ProcessId, Reading};

use crate::attribution::Attribution;
use crate::budget::Budget;
use crate::gaps::Gaps;
use crate::member::{Member, Memory, Named};
use crate::newborn::Newborns;
use crate::sharing::{Metric, Need, Sharing};
use crate::task::{Sums, Task, Tasks};
use crate::tree::Tree;
use crate::{LivingProcess, Point, Program, Record, Samples, TaskId, TaskRecord};

/// Reading what the kernel remembers of a process takes about this long.
const COST_OF_HIGH_WATER: Duration = Duration::from_micros(15);
const SHARE_OF_HIGH_WATER: f64 = 0.002;
/// One a sample: the samples are what takes the time.
const MOST_HIGH_WATER_AT_ONCE: Duration = COST_OF_HIGH_WATER;
/// How late a pid that never showed may be told of, in samples.
const SAMPLES_TO_SHOW: usize = 4;

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
    sharing: Sharing,
    high_water: Budget,
    /// Whose high water is read next.
    high_water_next: usize,
    never_seen: u64,
    pub(crate) attribution: Attribution,
    /// The time of what is being taken in.
    pub(crate) clock: Duration,
    somebody_came: bool,
    pub(crate) somebody_went: bool,
    gaps: Gaps,
    pub(crate) ticks: u64,
    last_tick: Option<Duration>,
    failures: u64,
    first_failure: Option<String>,
}

impl<O: Observer> Sampler<O> {
    /// A sampler of nothing yet.
    pub fn new(observer: O, metric: Metric) -> Self {
        Self {
            never_seen: observer.never_seen(),
            observer,
            tree: Tree::new(),
            tasks: Tasks::default(),
            newborns: Newborns::default(),
            looked_at: None,
            births: Vec::new(),
            sharing: Sharing::new(metric),
            high_water: Budget::new(SHARE_OF_HIGH_WATER, MOST_HIGH_WATER_AT_ONCE),
            high_water_next: 0,
            attribution: Attribution::default(),
            clock: Duration::ZERO,
            somebody_came: false,
            somebody_went: false,
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
        self.claim_descendants(task, enclosing, root.id, &births, now);
        self.births = births;
        listed.map(|()| Some(task))
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
    pub fn living(&self, id: TaskId) -> impl Iterator<Item = LivingProcess> {
        let members = self.tree.members().iter();
        members
            .filter(move |member| member.memory.rss > 0 && self.tasks.is_within(member.task, id))
            .map(|member| LivingProcess {
                id: member.id,
                task: member.task,
                description: std::sync::Arc::clone(&member.named.description),
                parent: member.parent,
                first_seen: member.first_seen,
                rss_bytes: member.memory.rss,
                bytes: Sums::of(member, self.counts_by_share()).share,
            })
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

    /// Takes one sample of everything at the instant `now`, counted from the sampler's start.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn tick(&mut self, now: Duration) -> Result<(), Error> {
        if let Some(last) = self.last_tick.replace(now) {
            self.gaps.add(now.saturating_sub(last));
        }
        self.ticks += 1;
        let outcome = self.sample(now);
        if let Err(error) = &outcome {
            self.failures += 1;
            self.first_failure.get_or_insert_with(|| error.to_string());
        }
        outcome
    }

    /// Closes the last gap: whoever ended or came and went since the last sample is taken in, as
    /// far as the process table still tells.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn finish(&mut self, now: Duration) -> Result<(), Error> {
        let mut outcome = Ok(());
        for _ in 0..=SAMPLES_TO_SHOW {
            outcome = outcome.and(self.sample(now));
        }
        outcome
    }

    /// Takes a sample that is none of the regular ones.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn sample(&mut self, now: Duration) -> Result<(), Error> {
        self.clock = now;
        self.admit_newborns()
            .and(self.admit_births(now))
            .and(self.measure())
            .and(self.look_for_high_water(now))
            .and(self.weigh(now))
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

    /// The memory of a task at the last sample, as far as it is certain who shares what.
    #[must_use]
    pub fn certain_bytes(&self, id: TaskId) -> u64 {
        self.tasks.get(id).map_or(0, |task| task.sums.certain())
    }

    /// The memory of a task with shared pages counted once, whatever it takes to find out.
    pub fn confirmed_bytes(&mut self, id: TaskId, now: Duration) -> u64 {
        if self.counts_by_share() {
            // Who may not be asked counts in full.
            let _ = self.settle_sharing(id, now, Need::Certainty);
            // What is certain now may be a peak that was not before.
            self.settle_task(id, now, |_, _| {});
        }
        self.tasks.get(id).map_or(0, |task| task.sums.share)
    }

    /// Time that readings of proportional memory have taken so far. They have a budget of their
    /// own, apart from what samples cost.
    #[must_use]
    pub fn reading_time(&self) -> Duration {
        self.sharing.spent
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

    /// Whether any process is being watched.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tree.is_empty() && self.newborns.is_empty()
    }

    /// What is known of one task so far.
    #[must_use]
    pub fn task_record(&self, id: TaskId) -> Option<TaskRecord> {
        let mut record = self.tasks.get(id)?.record.clone();
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
            pss_reads: self.sharing.readings,
            pss_refused: self.sharing.refused,
            without_descriptor: self.observer.without_descriptor(),
            failures: self.failures,
            first_failure: self.first_failure.clone(),
            slowed_down: false,
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
                    let outside = self.tasks.get(owner).and_then(|owner| owner.enclosing);
                    if enclosing.is_some_and(|inner| self.tasks.is_within(inner, owner)) {
                        self.tree.reassign(place, task);
                        // Those from the owner outwards have counted it already.
                        let mut next = Some(task).filter(|&task| task != owner);
                        while let Some(task) = next.and_then(|id| self.tasks.get_mut(id)) {
                            task.record.seen += 1;
                            next = task.enclosing.filter(|&outer| outer != owner);
                        }
                    } else if outside == enclosing
                        && owner != task
                        && let Some(owner) = self.tasks.get_mut(owner)
                    {
                        owner.enclosing = Some(task);
                    }
                }
                None => self.admit(birth, task, now),
            }
            open.extend(children.get(&birth.id.pid).into_iter().flatten());
        }
    }

    fn admit_births(&mut self, now: Duration) -> Result<(), Error> {
        if self.newborns.are_all() {
            return Ok(());
        }
        let mut births = std::mem::take(&mut self.births);
        births.clear();
        let outcome = self.observer.births(&mut births);
        births.retain(|birth| !self.is_over(birth.id));
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
    pub(crate) fn make_room_for(&mut self, id: ProcessId) {
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
        let found = u64::from(!self.newborns.are_all());
        self.count(task, |record| {
            record.seen += 1;
            record.found += found;
        });
        let handle = match self.observer.watch(birth.id) {
            Ok(Some(handle)) => handle,
            Ok(None) => {
                self.tree.remember(birth.id.pid, task);
                self.tasks.each_outwards(task, |task| task.ended += 1);
                return self.count(task, |record| record.unmeasured += 1);
            }
            Err(error) => {
                self.first_failure.get_or_insert_with(|| error.to_string());
                return self.count(task, |record| record.unmeasured += 1);
            }
        };
        let description = self.observer.describe(birth.id).unwrap_or_default();
        let named = Named::new(description, self.ticks);
        let (forked, borrows_from) = self.kinship(birth, &named);
        self.take_in(Member {
            id: birth.id,
            task,
            handle,
            parent: birth.parent,
            first_seen: now,
            named,
            memory: Memory::of_relative(forked),
            borrows_from,
            is_leaving: false,
        });
        if self.attribution.is_on() {
            self.find_task_of(birth.id.pid, None, now);
        }
    }

    pub(crate) fn take_in(&mut self, member: Member<O::Handle>) {
        self.somebody_came = true;
        self.tree.admit(member);
    }

    /// Whether a newcomer may share its parent's memory: by `fork`, for as long as it runs the
    /// same program, or altogether, by `vfork`.
    fn kinship(&mut self, birth: &Birth, named: &Named) -> (bool, Option<ProcessId>) {
        let Some(place) = self.tree.place_of(birth.parent) else {
            return (false, None);
        };
        let parent = &mut self.tree.members_mut()[place];
        let same_program = parent.named.description.command == named.description.command;
        if !same_program {
            return (false, None);
        }
        if self.observer.same_memory(birth.id, parent.id) {
            return (false, Some(parent.id));
        }
        parent.memory.forked = true;
        (true, None)
    }

    fn measure(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut place = 0;
        let mut changed = Vec::new();
        let are_told = self.newborns.are_all();
        while place < self.tree.len() {
            let member = &mut self.tree.members_mut()[place];
            // Before the reading: one that execs in between would show its parent's memory. Where
            // an exec is told there is no need to ask, and one that ends has no memory to compare.
            if !are_told {
                member.borrows_from = member
                    .borrows_from
                    .filter(|&lender| self.observer.same_memory(member.id, lender));
            }
            match self.observer.resident(&mut member.handle) {
                Ok(Reading::Resident { .. }) if member.borrows_from.is_some() => place += 1,
                Ok(Reading::Resident {
                    bytes,
                    shared_bytes,
                }) => {
                    member.memory.sample(bytes, shared_bytes);
                    if member.named.is_old(self.ticks, bytes) {
                        let before = std::sync::Arc::clone(&member.named.description);
                        let now = self.observer.describe(member.id);
                        member.named.renew(now, self.ticks, bytes);
                        if member.named.description != before {
                            self.somebody_went |= member.memory.renew();
                            if !are_told {
                                changed.push(member.id.pid);
                            }
                        }
                    }
                    place += 1;
                }
                // Its end is told in a moment, with the most that it ever had.
                Ok(Reading::Gone) if are_told => {
                    member.memory.sample(0, 0);
                    place += 1;
                }
                Ok(Reading::Gone) => self.take_leave_of(place),
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    place += 1;
                }
            }
        }
        for pid in changed {
            self.find_task_of(pid, None, self.clock);
        }
        outcome
    }

    pub(crate) fn take_leave_of(&mut self, place: usize) {
        let pid = self.tree.members()[place].id.pid;
        self.forget(pid, None, self.clock);
        let member = self.tree.remove(place);
        self.somebody_went = true;
        self.tasks.each_outwards(member.task, |task| {
            if member.is_leaving {
                task.lives.went(member.id.pid, member.most());
            } else {
                task.ended += 1;
            }
        });
        // One that only ever ran in its parent's memory had none of its own.
        let had_none = member.is_leaving && member.borrows_from.is_some();
        if !member.memory.measured() && !had_none {
            self.count(member.task, |record| record.unmeasured += 1);
        }
    }

    /// Asks a few processes in turn whether they were ever larger than any sample says.
    fn look_for_high_water(&mut self, now: Duration) -> Result<(), Error> {
        self.high_water.fill(now);
        let mut outcome = Ok(());
        for _ in 0..self.tree.len() {
            if !self.high_water.allows(COST_OF_HIGH_WATER) {
                break;
            }
            self.high_water.spend(COST_OF_HIGH_WATER);
            self.high_water_next = (self.high_water_next + 1) % self.tree.len();
            let id = self.tree.members()[self.high_water_next].id;
            match self.observer.high_water(id) {
                Ok(Some(high)) => self.take_high_water(self.high_water_next, high),
                Ok(None) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    pub(crate) fn take_high_water(&mut self, place: usize, high: HighWater) {
        let member = &mut self.tree.members_mut()[place];
        if member.borrows_from.is_some() {
            return;
        }
        // What it has right now is no surprise: the next sample will show it.
        let known = member.memory.highest.max(high.now_bytes);
        let hidden = high.highest_bytes.saturating_sub(known);
        member.memory.highest = known + hidden;
        if hidden > 0 {
            let (task, since) = (member.task, member.first_seen);
            self.tasks
                .each_outwards(task, |task| task.record.ceiling.raise(since, hidden));
        }
    }

    fn weigh(&mut self, now: Duration) -> Result<(), Error> {
        self.mark_sharers();
        self.sum_up();
        let mut outcome = Ok(());
        for id in self.tasks.ids() {
            let Some(task) = self.tasks.get(id) else {
                continue;
            };
            let peak = task.record.peak.as_ref().map_or(0, |peak| peak.bytes);
            let stands_alone = self.tasks.stands_alone(id) || self.attribution.is_whole(id);
            let may_be_a_high = stands_alone && task.sums.share > peak;
            if may_be_a_high && self.sharing.metric() != Metric::Rss {
                outcome = outcome.and(self.settle_sharing(id, now, Need::Peak));
                self.find_floor(id);
            }
        }
        let by_share = self.counts_by_share();
        let unseen = self.observer.never_seen() - self.never_seen;
        self.never_seen += unseen;
        for id in self.tasks.ids() {
            self.settle_task(id, now, |sampler, task| {
                let (tree, newborns) = (&sampler.tree, &sampler.newborns);
                task.close_gap(now, unseen, |pid| match tree.place_of(pid) {
                    Some(place) => Sums::of(&tree.members()[place], by_share).most,
                    None => newborns.most_of_leaving(pid),
                });
            });
        }
        self.weigh_stages();
        outcome
    }

    /// Takes in a task's sums, with what else is to be done with it.
    fn settle_task(&mut self, id: TaskId, now: Duration, then: impl FnOnce(&Self, &mut Task)) {
        let Some(mut task) = self.tasks.take_out(id) else {
            return;
        };
        let (tree, tasks) = (&self.tree, &self.tasks);
        let members = tree.members().iter();
        task.settle(
            now,
            members.filter(|member| tasks.is_within(member.task, id)),
            |account| tasks.group_of(account, id),
        );
        then(self, &mut task);
        self.tasks.put_back(id, task);
    }

    fn settle_sharing(&mut self, id: TaskId, now: Duration, need: Need) -> Result<(), Error> {
        let (observer, tree) = (&mut self.observer, &mut self.tree);
        self.sharing
            .settle(observer, tree, &mut self.tasks, id, now, need)
    }

    /// Where it stays open who shares what, the largest process alone is certain.
    fn find_floor(&mut self, id: TaskId) {
        if self.tasks.get(id).is_none_or(|task| task.sums.is_settled()) {
            return;
        }
        let inside = |member: &&Member<_>| {
            member.borrows_from.is_none() && self.tasks.is_within(member.task, id)
        };
        let members = self.tree.members().iter();
        let Some(largest) = members
            .filter(inside)
            .max_by_key(|member| member.memory.rss)
        else {
            return;
        };
        // One that may not be asked leaves the sum as it is.
        if let Ok(Some(high)) = self.observer.high_water(largest.id)
            && let Some(task) = self.tasks.get_mut(id)
        {
            task.sums.floor = Some((largest.id, high.now_bytes.saturating_sub(high.file_bytes)));
        }
    }

    fn mark_sharers(&mut self) {
        let came = std::mem::take(&mut self.somebody_came);
        let went = std::mem::take(&mut self.somebody_went);
        if !(came || went) {
            return;
        }
        for member in self.tree.members_mut() {
            if came {
                member.memory.a_sharer_came();
            }
            if went {
                member.memory.a_sharer_went();
            }
        }
    }

    fn sum_up(&mut self) {
        for task in self.tasks.iter_mut() {
            task.sums = Sums::default();
        }
        let by_share = self.counts_by_share();
        for member in self.tree.members() {
            let sums = Sums::of(member, by_share);
            self.tasks.each_outwards(member.task, |task| {
                task.sums.add(&sums);
                task.note_size(member);
            });
        }
        // They are gone in a moment, and too small to be looked at.
        for (task, most) in self.newborns.leaving() {
            self.tasks
                .each_outwards(task, |task| task.sums.most += most);
        }
    }

    fn counts_by_share(&self) -> bool {
        self.sharing.metric() != Metric::Rss
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
