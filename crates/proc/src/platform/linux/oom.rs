//! Evidence of the kernel's OOM killer: how far its counters have risen.

use std::path::PathBuf;

use super::ProcRoot;
use super::cgroup::{Cgroup, Cgroups};
use super::root::read_whole;

/// The counters at the start of a watch.
#[derive(Debug)]
pub struct OomWatch {
    proc: Option<ProcRoot>,
    machine_kills: Option<u64>,
    groups: Vec<(Cgroup, u64)>,
}

/// How many processes the OOM killer has ended since the start of a watch.
///
/// The counters do not say which. A process of a run was among them only if it was ended by a
/// SIGKILL of unknown origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomEvidence {
    /// On the whole machine, for any limit; `None` before Linux 4.13. Weak evidence by itself, even
    /// in a container: the process may have been of another run.
    pub machine_kills: Option<u64>,
    /// In each group that has lost processes, by its directory. In version 2 a group also counts
    /// kills in its descendants, so the lower the group, the stronger the evidence.
    pub group_kills: Vec<(PathBuf, u64)>,
}

impl OomEvidence {
    /// Whether no counter has risen.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.machine_kills.unwrap_or(0) == 0 && self.group_kills.is_empty()
    }
}

impl OomWatch {
    /// Reads the counters of the machine and of the groups that this process is in. Leaves out
    /// unreadable ones, since missing evidence must not fail a run.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(ProcRoot::system().ok(), Cgroups::system().ok().as_ref())
    }

    /// Like [`Self::start`], with other roots.
    #[must_use]
    pub fn start_at(proc: Option<ProcRoot>, cgroups: Option<&Cgroups>) -> Self {
        let own = cgroups.and_then(|cgroups| cgroups.own().ok());
        let mut watch = Self {
            machine_kills: proc.as_ref().and_then(machine_kills),
            proc,
            groups: Vec::new(),
        };
        for group in own.iter().flat_map(Cgroup::with_ancestors) {
            watch.add(group);
        }
        watch
    }

    /// Watches another group, such as that of a run. In version 1 its ancestors do not count its
    /// kills.
    pub fn add(&mut self, group: Cgroup) {
        if let Some(kills) = kills_in(&group) {
            self.groups.push((group, kills));
        }
    }

    /// The increase since the start. Leaves out groups that have been removed.
    #[must_use]
    pub fn since(&self) -> OomEvidence {
        let machine_kills = self.proc.as_ref().and_then(machine_kills);
        let group_kills = self.groups.iter().filter_map(|(group, before)| {
            let gained = kills_in(group)?.saturating_sub(*before);
            (gained > 0).then(|| (group.directory().to_owned(), gained))
        });
        OomEvidence {
            machine_kills: machine_kills
                .zip(self.machine_kills)
                .map(|(now, before)| now.saturating_sub(before)),
            group_kills: group_kills.collect(),
        }
    }
}

fn kills_in(group: &Cgroup) -> Option<u64> {
    Some(group.oom_events().ok()??.kills)
}

fn machine_kills(root: &ProcRoot) -> Option<u64> {
    let mut text = Vec::new();
    let file = root.open_file("vmstat").ok()?;
    read_whole(&file, &mut text).ok()?;
    let value = text
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(b"oom_kill "))?;
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
