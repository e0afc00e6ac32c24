//! What groups can tell of a run here.

use std::time::Duration;

use crate::native::Pressure;
use crate::native::cgroup::{Cgroup, Cgroups, Limits, NoCgroup, NoGroup, Offers, RunCgroup};

/// How long the removal of an empty group may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// The own group, and whether runs can have one below it.
#[derive(Debug)]
pub struct GroupSurvey {
    /// The group that this process is in, or why it is not known.
    pub own: Result<OwnGroup, NoCgroup>,
    /// What a group of a run's own would offer, or why there can be none.
    pub run: Result<Offers, NoGroup>,
}

/// The group that this process is in.
#[derive(Debug)]
pub struct OwnGroup {
    /// The group itself.
    pub cgroup: Cgroup,
    /// The limits in force; none where they cannot be read.
    pub limits: Limits,
    /// What it offers itself.
    pub offers: Offers,
    /// How long its processes have waited for memory; absent where the kernel does not tell.
    pub pressure: Option<Pressure>,
}

impl GroupSurvey {
    /// Makes a group and removes it again, as a run would.
    #[must_use]
    pub fn take(cgroups: &Cgroups) -> Self {
        let own = cgroups.own().map(|cgroup| OwnGroup {
            limits: cgroup.limits().unwrap_or_default(),
            offers: cgroup.offers(),
            pressure: cgroup.pressure().ok().flatten(),
            cgroup,
        });
        let name = format!("memtop-doctor-{}", std::process::id());
        let run = RunCgroup::create(cgroups, &name).and_then(|mut group| {
            let offers = group.cgroup().offers();
            group.remove(PATIENCE)?;
            Ok(offers)
        });
        Self { own, run }
    }
}
