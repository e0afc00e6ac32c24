//! Three threads that look at a group until they are told to end: its anonymous memory as often as
//! anything happens, its mapped pages as often as that is cheap, and a plain poll to compare with.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use super::group::{AnonymousMemory, Group};
use super::look::mapped_bytes;
use super::polls;
use crate::clock::cpu_of;

const ANONYMOUS_EVERY: Duration = Duration::from_millis(2);
const POLL_EVERY: Duration = Duration::from_millis(100);
/// Of mapped pages, as long as that is cheap.
const LOOK_EVERY: Duration = Duration::from_millis(30);
/// At a new high, a look is taken sooner.
const NEXT_LOOK_AT_HIGH: Duration = Duration::from_millis(10);
/// Of a high before it, in percent.
const NEW_HIGH_PERCENT: u64 = 102;
/// A look's CPU time is followed by at least so many times as much without one.
const REST_AFTER_LOOK: u32 = 3;

#[derive(Default)]
pub struct Watched {
    anon_peak: AtomicU64,
    needed_peak: AtomicU64,
    pss_poll_peak: AtomicU64,
    rss_poll_peak: AtomicU64,
    /// By the latest look.
    mapped: AtomicU64,
    looks: AtomicU64,
    is_over: AtomicBool,
    is_at_new_high: Mutex<bool>,
    new_high: Condvar,
}

impl Watched {
    /// They end after [`Self::end`].
    pub fn start_threads<'scope>(
        &'scope self,
        group: &'scope Group,
        polls: bool,
        scope: &'scope Scope<'scope, '_>,
    ) -> Result<(), String> {
        let anonymous = group.anonymous()?;
        scope.spawn(move || self.watch_anonymous(&anonymous));
        scope.spawn(|| self.watch_mapped(group));
        if polls {
            scope.spawn(|| self.poll(group));
        }
        Ok(())
    }

    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.new_high.notify_all();
    }

    fn watch_anonymous(&self, anonymous: &AnonymousMemory) {
        let mut high = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            if let Some(bytes) = anonymous.bytes() {
                self.anon_peak.fetch_max(bytes, Ordering::Relaxed);
                let needed = bytes + self.mapped.load(Ordering::Relaxed);
                self.needed_peak.fetch_max(needed, Ordering::Relaxed);
                if bytes * 100 > high * NEW_HIGH_PERCENT {
                    high = bytes;
                    *self
                        .is_at_new_high
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = true;
                    self.new_high.notify_one();
                }
            }
            thread::sleep(ANONYMOUS_EVERY);
        }
    }

    fn watch_mapped(&self, group: &Group) {
        while !self.is_over.load(Ordering::Relaxed) {
            let started = Instant::now();
            let (cost, bytes) = cpu_of(|| mapped_bytes(&group.processes()));
            self.mapped.store(bytes, Ordering::Relaxed);
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

    /// How often the mapped pages were looked up.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }
}

fn sleep_until(time: Instant) {
    thread::sleep(time.saturating_duration_since(Instant::now()));
}
