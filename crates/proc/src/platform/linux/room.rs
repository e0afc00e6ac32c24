//! Finds how much memory is available to a run.
//!
//! The machine sets a limit, and so does each control group that this process is in. The one with
//! the least memory left decides.

use rustix::fd::OwnedFd;

use super::cgroup::{Cgroup, Cgroups, OpenGroup};
use super::root::read_at_once;
use super::{Meminfo, ProcRoot};
use crate::{LimitedBy, Room};

/// Reads the available memory cheaply, from files that are kept open.
#[derive(Debug)]
pub struct RoomFinder {
    meminfo: Option<OwnedFd>,
    groups: Vec<OpenGroup>,
    text: Vec<u8>,
}

impl RoomFinder {
    /// For this process and its children, on this machine. Leaves out files that cannot be opened
    /// and groups that have no limit now.
    #[must_use]
    pub fn system() -> Self {
        Self::at(
            ProcRoot::system().ok().as_ref(),
            Cgroups::system().ok().as_ref(),
        )
    }

    /// Like [`Self::system`], with other roots.
    #[must_use]
    pub fn at(proc: Option<&ProcRoot>, cgroups: Option<&Cgroups>) -> Self {
        let mut finder = Self {
            meminfo: proc.and_then(|proc| proc.open_file("meminfo").ok()),
            groups: Vec::new(),
            text: Vec::new(),
        };
        let has_swap = finder
            .machine()
            .is_none_or(|machine| machine.swap_total_bytes > 0);
        let own = cgroups.and_then(|cgroups| cgroups.own().ok());
        finder.groups = own
            .iter()
            .flat_map(Cgroup::with_ancestors)
            .filter_map(|group| OpenGroup::open(group, has_swap))
            .collect();
        finder
    }

    /// What is available now. `None` if nothing can be read.
    pub fn look(&mut self) -> Option<Room> {
        let machine = self.machine();
        let swap_free_bytes = machine.map_or(0, |machine| machine.swap_free_bytes);
        let mut tightest = machine.map(|machine| Room {
            total_bytes: machine.total_bytes,
            available_bytes: machine.available_bytes,
            used_bytes: machine.total_bytes.saturating_sub(machine.available_bytes),
            swap_free_bytes,
            limited_by: LimitedBy::Machine,
        });
        let mut smallest = machine.map_or(u64::MAX, |machine| machine.total_bytes);
        for group in &self.groups {
            let Some(usage) = group.usage(&mut self.text) else {
                continue;
            };
            smallest = smallest.min(usage.limit);
            let best = tightest.as_ref().map_or(u64::MAX, Room::left_bytes);
            // Reclaimable memory takes long to read, and only raises what is left.
            if usage.left() >= best {
                continue;
            }
            let in_use = usage
                .current
                .saturating_sub(group.reclaimable(&mut self.text));
            let available_bytes = usage.limit.saturating_sub(in_use);
            let room = Room {
                total_bytes: usage.limit,
                available_bytes,
                used_bytes: usage.limit - available_bytes,
                swap_free_bytes: group
                    .swap_left(available_bytes, &mut self.text)
                    .map_or(swap_free_bytes, |left| left.min(swap_free_bytes)),
                limited_by: LimitedBy::Group {
                    path: group.group.directory().to_owned(),
                },
            };
            if room.left_bytes() < best {
                tightest = Some(room);
            }
        }
        tightest.map(|room| Room {
            total_bytes: smallest,
            ..room
        })
    }

    fn machine(&mut self) -> Option<Meminfo> {
        read_at_once(self.meminfo.as_ref()?, &mut self.text).ok()?;
        Meminfo::parse(&self.text).ok()
    }
}
