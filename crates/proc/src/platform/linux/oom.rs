//! Evidence of the kernel's OOM killer: what its counters have gained since a moment.

use std::path::PathBuf;

use super::ProcRoot;
use super::cgroup::{Cgroup, Cgroups};
use super::root::read_whole;

/// The counters as they were.
#[derive(Debug)]
pub struct OomWatch {
    proc: Option<ProcRoot>,
    machine_kills: Option<u64>,
    groups: Vec<(Cgroup, u64)>,
}

/// How many processes the OOM killer has ended since the start of a watch.
///
/// Neither says which. A process of a run was among them only if SIGKILL ended it and nobody is
/// known to have sent that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OomEvidence {
    /// On the whole machine, for whatever limit; `None` before Linux 4.13. A container sees the
    /// machine's count too, so alone this is weak: somebody else's process may have been ended.
    pub machine_kills: Option<u64>,
    /// In groups, as directories, without those that have lost none. In version 2 a group counts
    /// what happens in those below it, too; so the lower the group, the stronger.
    pub group_kills: Vec<(PathBuf, u64)>,
}

impl OomEvidence {
    /// Whether nobody has been ended as far as the counters tell.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.machine_kills.unwrap_or(0) == 0 && self.group_kills.is_empty()
    }
}

impl OomWatch {
    /// Notes the counters of the machine and of the groups that this process is in. What cannot be
    /// read is left out: evidence is never a reason for a run to fail.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(ProcRoot::system().ok(), Cgroups::system().ok().as_ref())
    }

    /// As [`Self::start`], in other places.
    #[must_use]
    pub fn start_at(proc: Option<ProcRoot>, cgroups: Option<&Cgroups>) -> Self {
        let own = cgroups.and_then(|cgroups| cgroups.own().ok());
        let mut watch = Self {
            machine_kills: proc.as_ref().and_then(machine_kills),
            proc,
            groups: Vec::new(),
        };
        for group in own.iter().flat_map(Cgroup::with_those_above) {
            watch.add(group);
        }
        watch
    }

    /// Watches another group from now on, such as that of a run. In version 1 nothing above it
    /// counts what happens in it.
    pub fn add(&mut self, group: Cgroup) {
        if let Some(kills) = kills_in(&group) {
            self.groups.push((group, kills));
        }
    }

    /// What has happened since the start. A group that has been removed tells nothing any more.
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
