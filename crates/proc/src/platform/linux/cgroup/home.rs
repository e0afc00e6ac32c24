//! Where groups for runs can be made, and what must be rearranged for it.
//!
//! Version 1 lets any group have children. In version 2 a group that holds processes cannot hand
//! controllers down ("no internal processes", `cgroups(7)`), the topmost one excepted. So a group
//! that holds this process alone is rearranged: this process moves into a leaf below it. Where
//! others are in the group that is not done, since they would have to move, too. A group beside
//! the own one is never used: it would be free of the limits that the own one sets.

use std::fs;
use std::path::PathBuf;
use std::process::id;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use super::control::{members, remove_empty};
use super::{Cgroup, Cgroups, NoGroup, Version, files};
use crate::lock;

/// How long a leaf is given to be empty.
const PATIENCE: Duration = Duration::from_millis(500);

/// The file that lists the controllers for groups below.
const HANDED_DOWN: &str = "cgroup.subtree_control";

/// What the runs of this process share. It is held while a home is made and while one is given up,
/// so that nobody looks for the own group in between.
static SHARED: Mutex<Weak<Home>> = Mutex::new(Weak::new());

/// One run's share of a home.
#[derive(Debug)]
pub(super) struct Lease {
    /// The group that children can be made under.
    pub group: Cgroup,
    /// The group that this process is in, where those go who outlive their run's group.
    pub refuge: PathBuf,
    home: Option<Arc<Home>>,
}

impl Lease {
    /// `name` is what a leaf is named after.
    pub(super) fn take(cgroups: &Cgroups, name: &str) -> Result<Self, NoGroup> {
        let mut shared = lock(&SHARED);
        let own = cgroups.own()?;
        let there = shared.upgrade().filter(|home| home.refuge == own.directory);
        let home = match there {
            Some(home) => home,
            None => Arc::new(Home::prepare(&own, name)?),
        };
        *shared = Arc::downgrade(&home);
        Ok(Self {
            group: home.group.clone(),
            refuge: home.refuge.clone(),
            home: Some(home),
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let _shared = lock(&SHARED);
        self.home = None;
    }
}

/// What was rearranged, and is put back on drop.
#[derive(Debug)]
struct Home {
    group: Cgroup,
    refuge: PathBuf,
    /// Whether that was arranged for the runs.
    hands_down_processors: bool,
}

impl Home {
    fn prepare(own: &Cgroup, name: &str) -> Result<Self, NoGroup> {
        if own.read_only {
            return Err(NoGroup::ReadOnly(own.directory.clone()));
        }
        match own.version {
            Version::V1 => Self::v1(own),
            Version::V2 => Self::v2(own, name),
        }
    }

    fn v1(own: &Cgroup) -> Result<Self, NoGroup> {
        // Before Linux 5.11 a group could be made so that those below it are on their own.
        let is_apart = files::number(&own.file("memory.use_hierarchy"))? == Some(0);
        if is_apart && own.limits()?.max.is_some() {
            return Err(NoGroup::NotInherited(own.directory.clone()));
        }
        Ok(Self::unchanged(own))
    }

    fn v2(own: &Cgroup, name: &str) -> Result<Self, NoGroup> {
        let mut home = Self::unchanged(own);
        if files::has_word(&own.file(HANDED_DOWN), "memory") {
            return Ok(home);
        }
        if !files::has_word(&own.file("cgroup.controllers"), "memory") {
            return Err(NoGroup::NotGiven(own.directory.clone()));
        }
        // Only the topmost group of the machine has no type. There the controller stays handed
        // down: somebody else's groups may count on it by the time the run has ended.
        if own.file("cgroup.type").exists() {
            home.move_into_leaf(name)?;
        }
        files::write(&own.file(HANDED_DOWN), "+memory").map_err(|error| NoGroup::of(own, error))?;
        home.hand_down_processors();
        Ok(home)
    }

    /// Programs read in their own group, too, how many processors they may use. Where that cannot be
    /// handed down the limit holds all the same.
    fn hand_down_processors(&mut self) {
        let limit = files::text(&self.group.file("cpu.max"));
        let is_limited = matches!(limit, Ok(Some(text)) if !text.starts_with("max"));
        if is_limited && !files::has_word(&self.group.file(HANDED_DOWN), "cpu") {
            let handed_down = files::write(&self.group.file(HANDED_DOWN), "+cpu");
            self.hands_down_processors = handed_down.is_ok();
        }
    }

    fn unchanged(own: &Cgroup) -> Self {
        Self {
            group: own.clone(),
            refuge: own.directory.clone(),
            hands_down_processors: false,
        }
    }

    fn move_into_leaf(&mut self, name: &str) -> Result<(), NoGroup> {
        let group = &self.group.directory;
        let others = members(group)?.iter().filter(|&&pid| pid != id()).count();
        if others > 0 {
            return Err(NoGroup::NotAlone {
                group: group.clone(),
                others,
            });
        }
        let leaf = self.group.file(&format!("{name}-memtop"));
        fs::create_dir(&leaf).map_err(|error| NoGroup::of(&self.group, error))?;
        // From here on drop puts right what fails.
        self.refuge.clone_from(&leaf);
        files::write(&leaf.join("cgroup.procs"), "0")
            .map_err(|error| NoGroup::of(&self.group, error))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.refuge == self.group.directory {
            return;
        }
        // Nobody is there to tell if one of these fails; the leaf stays then.
        let _ = files::write(&self.group.file(HANDED_DOWN), "-memory");
        if self.hands_down_processors {
            let _ = files::write(&self.group.file(HANDED_DOWN), "-cpu");
        }
        for pid in members(&self.refuge).unwrap_or_default() {
            let _ = files::write(&self.group.file("cgroup.procs"), &pid.to_string());
        }
        let _ = remove_empty(&self.refuge, PATIENCE, || {});
    }
}
