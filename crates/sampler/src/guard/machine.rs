//! The guard for the memory of the machine or container: it acts before the kernel's OOM killer
//! does, and only when this tree is the cause.
//!
//! It acts while some memory is left. When none is, the OOM killer has chosen one process by its
//! size, not the tree that is to blame.

use std::time::Duration;

use memtop_proc::Room;

use super::Level;
use super::backoff::Backoff;

const MB: u64 = 1024 * 1024;
const GB: u64 = 1024 * MB;

/// Between two looks while there is plenty.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What is scarce at one look and not at another after this time was a momentary dip.
const LASTS: Duration = Duration::from_millis(20);

/// A crossing, and the room as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomCrossing {
    /// What it asks for.
    pub level: Level,
    /// What the tree has, confirmed.
    pub bytes: u64,
    /// What there is and what is left of it.
    pub room: Room,
}

/// Watches the room that is left for one tree. Each level is reported once, and no warning follows
/// the limit.
#[derive(Debug, Default)]
pub struct MachineGuard {
    reported: Option<Level>,
    last: Option<Look>,
    /// Since when each level holds without a break.
    near_since: Option<Duration>,
    out_since: Option<Duration>,
    backoff: Backoff,
    rss_at_limit: u64,
}

/// The last look at the room.
#[derive(Clone, Copy, Debug)]
struct Look {
    at: Duration,
    rss: u64,
    left: u64,
    is_near: bool,
}

impl MachineGuard {
    /// Nothing is reported yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what is resident of the tree at a tick. `look` finds the room; `confirm` counts
    /// shared memory once.
    pub fn check(
        &mut self,
        now: Duration,
        rss: u64,
        look: impl FnOnce() -> Option<Room>,
        confirm: impl FnOnce() -> u64,
    ) -> Option<RoomCrossing> {
        if self.reported == Some(Level::Limit) || !self.is_due(now, rss) {
            return None;
        }
        let Some(room) = look() else {
            self.last = None;
            self.near_since = None;
            self.out_since = None;
            return None;
        };
        let left = room.left_bytes();
        let (is_near, is_out) = (left < near(&room), left < floor(&room));
        self.last = Some(Look {
            at: now,
            rss,
            left,
            is_near,
        });
        let near_lasts = lasts(&mut self.near_since, is_near, now);
        let out_lasts = lasts(&mut self.out_since, is_out, now);
        let level = match (near_lasts, out_lasts) {
            (_, true) => Level::Limit,
            (true, false) => Level::Warn,
            (false, false) => return None,
        };
        let to_blame = room.used_bytes / 2;
        if Some(level) <= self.reported || rss < to_blame || self.backoff.holds(now, rss) {
            return None;
        }
        let bytes = confirm().min(rss);
        if bytes < to_blame {
            self.backoff = Backoff::after(now, rss, to_blame - bytes);
            return None;
        }
        self.reported = Some(level);
        self.rss_at_limit = rss;
        Some(RoomCrossing { level, bytes, room })
    }

    /// Whether memory runs out so soon after the limit that there is no time to wait for the tree
    /// to end by itself: it has grown by a further tenth, or half of what was left is gone, too.
    #[must_use]
    pub fn is_urgent(&self, rss: u64, room: Option<&Room>) -> bool {
        let is_half_gone = |room: &Room| room.left_bytes() < floor(room) / 2;
        self.reported == Some(Level::Limit)
            && (rss - rss / 11 >= self.rss_at_limit || room.is_some_and(is_half_gone))
    }

    /// At every tick when it is getting tight, also when the tree has taken much of what was left
    /// since the last look.
    fn is_due(&self, now: Duration, rss: u64) -> bool {
        self.last.is_none_or(|last| {
            last.is_near
                || now.saturating_sub(last.at) >= LOOK_EVERY
                || rss.saturating_sub(last.rss) >= last.left / 4
        })
    }
}

/// Below this the place is about to run out: a fiftieth of it. At least 64 MB, so that a tree that
/// grows by a gigabyte per second does not use it up between two checks; at most a sixteenth of a
/// small container and 2 GB of a large machine, which could be used otherwise.
fn floor(room: &Room) -> u64 {
    let place = room.place_bytes();
    (place / 50).max((64 * MB).min(place / 16)).min(2 * GB)
}

/// Below this it is getting tight: a tenth, within sensible bounds.
fn near(room: &Room) -> u64 {
    (room.place_bytes() / 10).min(8 * GB).max(2 * floor(room))
}

/// Whether something that `holds` now has held for a while.
fn lasts(since: &mut Option<Duration>, holds: bool, now: Duration) -> bool {
    if !holds {
        *since = None;
        return false;
    }
    now.saturating_sub(*since.get_or_insert(now)) >= LASTS
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use memtop_proc::{LimitedBy, Room};

    use super::{GB, Level, MB, MachineGuard, floor, near};

    const MS: Duration = Duration::from_millis(1);

    /// A place of this size, with this much left.
    fn room(total: u64, left: u64) -> Room {
        Room {
            total_bytes: total,
            available_bytes: left,
            used_bytes: total - left,
            swap_free_bytes: 0,
            limited_by: LimitedBy::Machine,
        }
    }

    fn never() -> u64 {
        panic!("there is nothing to confirm")
    }

    /// A tree that grows by `per_ms` each millisecond in a place of `total` bytes, of which other
    /// processes have `others`. Returns the levels that are reported, and how much was left then.
    fn grow(total: u64, others: u64, per_ms: u64) -> Vec<(Level, u64)> {
        let mut guard = MachineGuard::new();
        let mut reported = Vec::new();
        let mut tree = 0;
        for time in (0..).step_by(2).map(|ms| ms * MS) {
            let left = total - others - tree;
            let found = guard.check(time, tree, || Some(room(total, left)), || tree);
            reported.extend(found.map(|found| (found.level, left)));
            tree += 2 * per_ms;
            if tree + others >= total {
                return reported;
            }
        }
        unreachable!("the place is full in the end")
    }

    #[test]
    fn the_floor_is_sensible_from_small_to_large() {
        for (total, at, warns_at) in [
            (256 * MB, 16 * MB, 32 * MB),
            (512 * MB, 32 * MB, 64 * MB),
            (GB, 64 * MB, 128 * MB),
            (50 * GB, GB, 5 * GB),
            (1024 * GB, 2 * GB, 8 * GB),
        ] {
            let room = room(total, 0);
            assert_eq!((floor(&room), near(&room)), (at, warns_at), "{total}");
        }
    }

    #[test]
    fn steady_growth_is_warned_of_and_ended_in_time() {
        for (total, per_ms) in [
            (512 * MB, 200 * 1024),
            (512 * MB, MB / 2),
            (4 * GB, MB),
            (16 * GB, 2 * MB),
            (1024 * GB, 8 * MB),
        ] {
            let reported = grow(total, total / 4, per_ms);
            let [(Level::Warn, early), (Level::Limit, late)] = reported[..] else {
                panic!("{total} {per_ms}: {reported:?}");
            };
            assert!(early > late && late > 0, "{total}: {reported:?}");
            assert!(late > floor(&room(total, 0)) / 3, "{total}: {reported:?}");
        }
    }

    #[test]
    fn a_tree_of_300_mb_is_not_to_blame_for_what_others_have_filled() {
        let mut guard = MachineGuard::new();
        for tick in 0..1_000 {
            let full = || Some(room(16 * GB, 10 * MB));
            assert_eq!(guard.check(tick * 2 * MS, 300 * MB, full, never), None);
        }
        assert!(!guard.is_urgent(u64::MAX, Some(&room(GB, 0))));
    }

    #[test]
    fn what_the_tree_shares_is_not_held_against_it_twice() {
        let mut guard = MachineGuard::new();
        let asked = Cell::new(0);
        for tick in 0..500 {
            let full = || Some(room(GB, 10 * MB));
            let confirm = || {
                asked.set(asked.get() + 1);
                200 * MB
            };
            assert_eq!(guard.check(tick * 2 * MS, 900 * MB, full, confirm), None);
        }
        assert!((1..=4).contains(&asked.get()), "{}", asked.get());
    }

    #[test]
    fn a_momentary_dip_is_none() {
        let mut guard = MachineGuard::new();
        for tick in 0..1_000 {
            let left = if tick % 10 == 0 { 10 * MB } else { GB };
            let dips = || Some(room(4 * GB, left));
            assert_eq!(guard.check(tick * 2 * MS, 2 * GB, dips, never), None);
        }
    }

    #[test]
    fn two_looks_are_needed_even_if_the_ticks_are_far_apart() {
        let mut guard = MachineGuard::new();
        let out = || Some(room(4 * GB, 10 * MB));
        assert_eq!(guard.check(1_000 * MS, 3 * GB, out, never), None);
        let found = guard.check(1_100 * MS, 3 * GB, out, || 3 * GB).unwrap();
        assert_eq!((found.level, found.bytes), (Level::Limit, 3 * GB));
        assert_eq!(guard.check(1_200 * MS, 3 * GB, out, never), None);
    }

    #[test]
    fn room_is_looked_at_seldom_while_there_is_plenty() {
        let looks = Cell::new(0);
        let mut guard = MachineGuard::new();
        let mut check = |ms: u32, rss, left| {
            let look = || {
                looks.set(looks.get() + 1);
                Some(room(16 * GB, left))
            };
            assert_eq!(guard.check(ms * MS, rss, look, never), None);
        };
        for ms in 0..980 {
            check(ms, GB, 12 * GB);
        }
        assert_eq!(looks.get(), 20);
        check(981, 3 * GB, 10 * GB);
        assert_eq!(looks.get(), 20, "it may wait");
        check(982, 5 * GB, GB);
        assert_eq!(looks.get(), 21, "it has grown fast");
        for ms in 983..993 {
            check(ms, 5 * GB, GB);
        }
        assert_eq!(looks.get(), 31, "it is tight");
    }

    #[test]
    fn what_can_be_swapped_out_is_left() {
        let mut guard = MachineGuard::new();
        for tick in 0..100 {
            let swaps = || {
                Some(Room {
                    swap_free_bytes: 4 * GB,
                    ..room(8 * GB, MB)
                })
            };
            assert_eq!(guard.check(tick * 2 * MS, 7 * GB, swaps, never), None);
        }
    }

    #[test]
    fn without_a_reading_of_room_nothing_happens() {
        let mut guard = MachineGuard::new();
        for tick in 0..100 {
            assert_eq!(guard.check(tick * 2 * MS, GB, || None, never), None);
        }
    }

    #[test]
    fn growth_after_the_limit_is_urgent() {
        let mut guard = MachineGuard::new();
        let out = || Some(room(4 * GB, 60 * MB));
        assert_eq!(guard.check(MS, 2 * GB, out, never), None);
        guard.check(30 * MS, 2 * GB, out, || 2 * GB).unwrap();
        assert!(!guard.is_urgent(2 * GB, Some(&room(4 * GB, 60 * MB))));
        assert!(!guard.is_urgent(2 * GB, None));
        assert!(guard.is_urgent(2 * GB, Some(&room(4 * GB, 40 * MB))));
        assert!(guard.is_urgent(2 * GB + 300 * MB, None));
    }
}
