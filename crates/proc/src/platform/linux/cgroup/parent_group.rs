//! The parent group of runs, and what must be rearranged so that it can have children.
//!
//! In version 1 any group can have children. In version 2 a group with processes cannot delegate
//! controllers to its children ("no internal processes", `cgroups(7)`), except the root group. So
//! if this process is alone in its group, it moves to a leaf below it. If not, nothing is done,
//! since the other processes would have to move as well. A sibling of the own group is never used:
//! it would not be under the limits of the own group.

use std::fs;
use std::path::PathBuf;
use std::process::id;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::control::{members, remove_empty};
use super::{Cgroup, Cgroups, RunCgroupError, Version, files};
use crate::lock;

/// How long to wait until a leaf is empty.
const REMOVE_TIMEOUT: Duration = Duration::from_millis(500);

/// The file that lists the controllers delegated to children.
const SUBTREE_CONTROL: &str = "cgroup.subtree_control";

/// The parent group that the runs of this process share. Locked while one is prepared or given up,
/// so that no thread reads the own group in between.
static SHARED: Mutex<Weak<ParentGroup>> = Mutex::new(Weak::new());

/// A run's lease of the parent group.
#[derive(Debug)]
pub(super) struct Lease {
    /// The group that can have children.
    pub group: Cgroup,
    /// The group of this process, to which processes move that outlive the group of their run.
    pub refuge: PathBuf,
    parent: Option<Arc<ParentGroup>>,
}

impl Lease {
    /// A leaf is named after `name`.
    pub(super) fn take(cgroups: &Cgroups, name: &str) -> Result<Self, RunCgroupError> {
        let mut shared = lock(&SHARED);
        let own = cgroups.own()?;
        let existing = shared
            .upgrade()
            .filter(|parent| parent.refuge == own.directory);
        let parent = match existing {
            Some(parent) => parent,
            None => Arc::new(ParentGroup::prepare(&own, name)?),
        };
        *shared = Arc::downgrade(&parent);
        Ok(Self {
            group: parent.group.clone(),
            refuge: parent.refuge.clone(),
            parent: Some(parent),
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let _shared = lock(&SHARED);
        self.parent = None;
    }
}

/// A rearranged group, which is restored on drop.
#[derive(Debug)]
struct ParentGroup {
    group: Cgroup,
    refuge: PathBuf,
    /// Whether the `cpu` controller was delegated for the runs.
    has_delegated_cpu: bool,
}

impl ParentGroup {
    fn prepare(own: &Cgroup, name: &str) -> Result<Self, RunCgroupError> {
        if own.read_only {
            return Err(RunCgroupError::ReadOnly(own.directory.clone()));
        }
        match own.version {
            Version::V1 => Self::v1(own),
            Version::V2 => Self::v2(own, name),
        }
    }

    fn v1(own: &Cgroup) -> Result<Self, RunCgroupError> {
        // Before Linux 5.11 a group could be configured not to limit its children.
        let is_apart = files::number(&own.file("memory.use_hierarchy"))? == Some(0);
        if is_apart && own.limits()?.max.is_some() {
            return Err(RunCgroupError::NotInherited(own.directory.clone()));
        }
        Ok(Self::unchanged(own))
    }

    fn v2(own: &Cgroup, name: &str) -> Result<Self, RunCgroupError> {
        let mut parent = Self::unchanged(own);
        if files::has_word(&own.file(SUBTREE_CONTROL), "memory") {
            return Ok(parent);
        }
        if !files::has_word(&own.file("cgroup.controllers"), "memory") {
            return Err(RunCgroupError::NotGiven(own.directory.clone()));
        }
        // Only the root group has no type. There the controller stays delegated: by the end of the
        // run other groups may depend on it.
        if own.file("cgroup.type").exists() {
            parent.move_into_leaf(name)?;
        }
        files::write(&own.file(SUBTREE_CONTROL), "+memory")
            .map_err(|error| RunCgroupError::of(own, error))?;
        parent.delegate_cpu();
        Ok(parent)
    }

    /// Programs read the number of processors from their own group as well. The limit applies even
    /// if `cpu` cannot be delegated.
    fn delegate_cpu(&mut self) {
        let limit = files::text(&self.group.file("cpu.max"));
        let is_limited = matches!(limit, Ok(Some(text)) if !text.starts_with("max"));
        if is_limited && !files::has_word(&self.group.file(SUBTREE_CONTROL), "cpu") {
            let delegated = files::write(&self.group.file(SUBTREE_CONTROL), "+cpu");
            self.has_delegated_cpu = delegated.is_ok();
        }
    }

    fn unchanged(own: &Cgroup) -> Self {
        Self {
            group: own.clone(),
            refuge: own.directory.clone(),
            has_delegated_cpu: false,
        }
    }

    fn move_into_leaf(&mut self, name: &str) -> Result<(), RunCgroupError> {
        let group = &self.group.directory;
        let others = members(group)?.iter().filter(|&&pid| pid != id()).count();
        if others > 0 {
            return Err(RunCgroupError::NotAlone {
                group: group.clone(),
                others,
            });
        }
        let leaf = self.group.file(&format!("{name}-memtop"));
        fs::create_dir(&leaf).map_err(|error| RunCgroupError::of(&self.group, error))?;
        // From here on, drop restores the group if something fails.
        self.refuge.clone_from(&leaf);
        files::write(&leaf.join("cgroup.procs"), "0")
            .map_err(|error| RunCgroupError::of(&self.group, error))
    }
}

impl Drop for ParentGroup {
    fn drop(&mut self) {
        if self.refuge == self.group.directory {
            return;
        }
        // A failure cannot be reported here; it leaves the leaf behind.
        let _ = files::write(&self.group.file(SUBTREE_CONTROL), "-memory");
        if self.has_delegated_cpu {
            let _ = files::write(&self.group.file(SUBTREE_CONTROL), "-cpu");
        }
        for pid in members(&self.refuge).unwrap_or_default() {
            let _ = files::write(&self.group.file("cgroup.procs"), &pid.to_string());
        }
        let _ = remove_empty(&self.refuge, REMOVE_TIMEOUT, || {});
    }
}
