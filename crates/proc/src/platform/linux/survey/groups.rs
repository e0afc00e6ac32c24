//! Which cgroup features are available here.

use std::time::Duration;

use crate::native::Pressure;
use crate::native::cgroup::{
    Cgroup, CgroupLookupError, Cgroups, GroupFeatures, Limits, RunCgroup, RunCgroupError,
};

/// How long the removal of an empty group may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// The group of this process, and whether runs can have groups below it.
#[derive(Debug)]
pub struct GroupSurvey {
    /// The group that this process is in, or why it is unknown.
    pub own: Result<OwnGroup, CgroupLookupError>,
    /// What the group of a run would offer, or why it cannot be created.
    pub run: Result<GroupFeatures, RunCgroupError>,
}

/// The group that this process is in.
#[derive(Debug)]
pub struct OwnGroup {
    /// The group itself.
    pub cgroup: Cgroup,
    /// The effective limits; none if they cannot be read.
    pub limits: Limits,
    /// Its features.
    pub features: GroupFeatures,
    /// Its memory pressure; absent if the kernel does not provide it.
    pub pressure: Option<Pressure>,
}

impl GroupSurvey {
    /// Creates a group and removes it again, as a run would.
    #[must_use]
    pub fn take(cgroups: &Cgroups) -> Self {
        let own = cgroups.own().map(|cgroup| OwnGroup {
            limits: cgroup.limits().unwrap_or_default(),
            features: cgroup.features(),
            pressure: cgroup.pressure().ok().flatten(),
            cgroup,
        });
        let name = format!("memtop-doctor-{}", std::process::id());
        let run = RunCgroup::create(cgroups, &name).and_then(|mut group| {
            let features = group.cgroup().features();
            group.remove(PATIENCE)?;
            Ok(features)
        });
        Self { own, run }
    }
}
