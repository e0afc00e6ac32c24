//! Three threads that watch a group until they are stopped: what it is charged as often as
//! anything happens, its mapped pages as often as that is cheap, and a plain poll to compare with.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use super::group::{Charges, Group};
use super::look::mapped_bytes;
use super::polls;
use crate::clock::{cpu_of, run_before_all_others};

const CHARGES_EVERY: Duration = Duration::from_millis(2);
const POLL_EVERY: Duration = Duration::from_millis(100);
/// Of mapped pages, as long as that is cheap.
const LOOK_EVERY: Duration = Duration::from_millis(30);
/// At a new high, a look is taken sooner.
const NEXT_LOOK_AT_HIGH: Duration = Duration::from_millis(10);
/// Of a high before it, in percent.
const NEW_HIGH_PERCENT: u64 = 102;
/// A look during which as much was mapped or unmapped is taken again, a few times at most.
const UNSETTLED: u64 = 1 << 20;
const MOST_TRIES: usize = 4;
/// After a look, none follows for at least this many times its CPU time.
const REST_AFTER_LOOK: u32 = 3;

#[derive(Default)]
pub struct Watched {
    anon_peak: AtomicU64,
    needed_peak: AtomicU64,
    pss_poll_peak: AtomicU64,
    rss_poll_peak: AtomicU64,
    mapped: Mutex<LatestLook>,
    looks: AtomicU64,
    longest_gap_micros: AtomicU64,
    is_over: AtomicBool,
    is_at_new_high: Mutex<bool>,
    new_high: Condvar,
}

/// What was mapped at the latest look, and what the group was charged for it.
#[derive(Clone, Copy, Default)]
struct LatestLook {
    bytes: u64,
    charged: u64,
}

impl LatestLook {
    /// What is charged is read more often than page tables, and changes by as much.
    fn bytes_by_now(self, charged: u64) -> u64 {
        (self.bytes + charged).saturating_sub(self.charged)
    }
}

impl Watched {
    /// They end after [`Self::end`].
    pub fn start_threads<'scope>(
        &'scope self,
        group: &'scope Group,
        polls: bool,
        scope: &'scope Scope<'scope, '_>,
    ) -> Result<(), String> {
        let (charges, at_looks) = (group.charges()?, group.charges()?);
        scope.spawn(move || self.watch_charges(&charges));
        scope.spawn(move || self.watch_mapped(group, &at_looks));
        if polls {
            scope.spawn(|| self.poll(group));
        }
        Ok(())
    }

    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.new_high.notify_all();
    }

    fn watch_charges(&self, charges: &Charges) {
        run_before_all_others();
        let mut high = 0;
        let mut last: Option<Instant> = None;
        while !self.is_over.load(Ordering::Relaxed) {
            if let Some(charged) = charges.read() {
                if let Some(last) = last.replace(Instant::now()) {
                    let gap = u64::try_from(last.elapsed().as_micros()).unwrap_or(u64::MAX);
                    self.longest_gap_micros.fetch_max(gap, Ordering::Relaxed);
                }
                self.anon_peak
                    .fetch_max(charged.anonymous, Ordering::Relaxed);
                let mapped = self.latest_look().bytes_by_now(charged.mapped);
                self.needed_peak
                    .fetch_max(charged.anonymous + mapped, Ordering::Relaxed);
                let all = charged.anonymous + charged.mapped;
                if all * 100 > high * NEW_HIGH_PERCENT {
                    high = all;
                    *self
                        .is_at_new_high
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = true;
                    self.new_high.notify_one();
                }
            }
            thread::sleep(CHARGES_EVERY);
        }
    }

    fn latest_look(&self) -> MutexGuard<'_, LatestLook> {
        self.mapped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch_mapped(&self, group: &Group, charges: &Charges) {
        while !self.is_over.load(Ordering::Relaxed) {
            let started = Instant::now();
            let (cost, look) = cpu_of(|| settled_look(group, charges));
            *self.latest_look() = look;
            self.looks.fetch_add(1, Ordering::Relaxed);
            let rest = cost * REST_AFTER_LOOK;
            sleep_until(started + NEXT_LOOK_AT_HIGH.max(cost + rest));
            self.wait_for_new_high(started + LOOK_EVERY.max(cost + rest));
        }
    }

    fn wait_for_new_high(&self, latest: Instant) {
        let is_at_new_high = self
            .is_at_new_high
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let waiting = self.new_high.wait_timeout_while(
            is_at_new_high,
            latest.saturating_duration_since(Instant::now()),
            |is_high| !*is_high && !self.is_over.load(Ordering::Relaxed),
        );
        *waiting.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    fn poll(&self, group: &Group) {
        while !self.is_over.load(Ordering::Relaxed) {
            let sums = polls::sums(&group.processes());
            self.pss_poll_peak.fetch_max(sums.pss, Ordering::Relaxed);
            self.rss_poll_peak.fetch_max(sums.rss, Ordering::Relaxed);
            thread::sleep(POLL_EVERY);
        }
    }

    pub fn anon_peak(&self) -> u64 {
        self.anon_peak.load(Ordering::Relaxed)
    }

    pub fn needed_peak(&self) -> u64 {
        self.needed_peak.load(Ordering::Relaxed)
    }

    pub fn pss_poll_peak(&self) -> u64 {
        self.pss_poll_peak.load(Ordering::Relaxed)
    }

    pub fn rss_poll_peak(&self) -> u64 {
        self.rss_poll_peak.load(Ordering::Relaxed)
    }

    /// The longest time between two readings of what is charged. What comes and goes within it may
    /// have been missed.
    pub fn longest_gap(&self) -> Duration {
        Duration::from_micros(self.longest_gap_micros.load(Ordering::Relaxed))
    }

    /// How often the mapped pages were looked up.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }
}

fn settled_look(group: &Group, charges: &Charges) -> LatestLook {
    let mapped_by_charges = || charges.read().map_or(0, |charged| charged.mapped);
    let mut tries = 1;
    loop {
        let before = mapped_by_charges();
        let bytes = mapped_bytes(&group.processes());
        let after = mapped_by_charges();
        if after.abs_diff(before) < UNSETTLED || tries == MOST_TRIES {
            return LatestLook {
                bytes,
                // Unsettled, rather too little than too much.
                charged: after.max(before),
            };
        }
        tries += 1;
    }
}

fn sleep_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now()));
}
