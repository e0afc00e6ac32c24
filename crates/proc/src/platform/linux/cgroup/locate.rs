//! Finds the directory of the group that a process is in.

use std::fs;
use std::path::{Path, PathBuf};

use super::membership::{self, Membership};
use super::namespace::{PathBelowMount, path_below_mount};
use super::{control, files};
use crate::Error;
use crate::native::mountinfo::{self, Mount};
use crate::native::root::read_whole;
use crate::native::{ProcRoot, Stat};

/// The most directories that are searched for a group whose path is partly hidden.
const MOST_SEARCHED: usize = 10_000;

/// The cgroup version that accounts for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy per controller.
    V1,
    /// The unified hierarchy.
    V2,
}

impl Version {
    /// 1 or 2.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

/// Why the memory cgroup of a process is unknown.
#[derive(Debug, thiserror::Error)]
pub enum CgroupLookupError {
    /// The process has ended.
    #[error("the process has ended")]
    Gone,
    /// There is no memory controller.
    #[error("the kernel accounts for memory by no group: its memory controller is off")]
    NoController,
    /// The hierarchy of the memory controller is not mounted.
    #[error("the memory controller (cgroup v{}) is not mounted here", .0.number())]
    NotMounted(Version),
    /// The hierarchy is mounted, but this group is not in the mounted part.
    #[error("the group {} is not in what is mounted here", .0.display())]
    OutOfSight(PathBuf),
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
}

/// Finds groups, given `/proc` and the directory that mount points are relative to.
#[derive(Debug)]
pub struct Cgroups {
    proc: ProcRoot,
    root: PathBuf,
}

/// The group that accounts for a process's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroup {
    pub(super) version: Version,
    pub(super) directory: PathBuf,
    pub(super) mount_point: PathBuf,
    pub(super) path: PathBuf,
    pub(super) read_only: bool,
}

impl Cgroups {
    /// The groups of this machine.
    ///
    /// # Errors
    /// If `/proc` is not mounted or may not be read.
    pub fn system() -> Result<Self, Error> {
        Ok(Self::at(ProcRoot::system()?, "/"))
    }

    /// The groups below other roots. Mount points are taken relative to `root`.
    #[must_use]
    pub fn at(proc: ProcRoot, root: impl Into<PathBuf>) -> Self {
        Self {
            proc,
            root: root.into(),
        }
    }

    /// The group of this process.
    ///
    /// # Errors
    /// If there is none, or it is not reachable.
    pub fn own(&self) -> Result<Cgroup, CgroupLookupError> {
        self.named("self/cgroup", std::process::id())
    }

    /// The group of a process.
    ///
    /// # Errors
    /// If there is none, or it is not reachable.
    pub fn of(&self, pid: u32) -> Result<Cgroup, CgroupLookupError> {
        self.named(&format!("{pid}/cgroup"), pid)
    }

    /// `None` if there is no such process, or its `stat` cannot be read.
    pub(super) fn stat_of(&self, pid: u32) -> Option<Stat> {
        let mut text = Vec::new();
        let read = self.proc.read_process_file(pid, "stat", &mut text);
        read.ok()??;
        Stat::parse(&text).ok()
    }

    fn named(&self, file: &str, pid: u32) -> Result<Cgroup, CgroupLookupError> {
        let text = self.read(file)?.ok_or(CgroupLookupError::Gone)?;
        let membership = membership::of_memory(&text).ok_or(CgroupLookupError::NoController)?;
        // Always the mounts of this process, which opens the files.
        let mounts = mountinfo::parse(&self.read("self/mountinfo")?.unwrap_or_default());
        let mounts: Vec<Mount> = mounts
            .into_iter()
            .filter(|mount| match membership.version {
                Version::V1 => mount.kind == "cgroup" && mount.option("memory").is_some(),
                Version::V2 => mount.kind == "cgroup2",
            })
            .collect();
        if mounts.is_empty() {
            return Err(CgroupLookupError::NotMounted(membership.version));
        }
        let cgroup = mounts
            .iter()
            .filter_map(|mount| self.group_in_mount(&membership, mount, pid))
            // The mount that shows the most ancestors shows the most limits. Of equal ones, the
            // last one covers the others.
            .max_by_key(|cgroup| cgroup.groups_up().count())
            .ok_or_else(|| CgroupLookupError::OutOfSight(membership.path.clone()))?;
        let top = cgroup.mount_point.join("cgroup.controllers");
        if cgroup.version == Version::V2 && !files::has_word(&top, "memory") {
            return Err(CgroupLookupError::NoController);
        }
        Ok(cgroup)
    }

    fn group_in_mount(&self, membership: &Membership, mount: &Mount, pid: u32) -> Option<Cgroup> {
        let point = mount.point.strip_prefix("/").unwrap_or(&mount.point);
        let mount_point = self.root.join(point);
        let directory = match path_below_mount(&membership.path, &mount.root)? {
            PathBelowMount::At(rest) => joined(&mount_point, &rest),
            PathBelowMount::Hidden { levels, rest } => search(&mount_point, levels, &rest, pid)?,
        };
        directory.join("cgroup.procs").exists().then(|| Cgroup {
            version: membership.version,
            directory,
            mount_point,
            path: membership.path.clone(),
            read_only: mount.read_only,
        })
    }

    /// `None` if the file does not exist.
    fn read(&self, file: &str) -> Result<Option<Vec<u8>>, Error> {
        let mut text = Vec::new();
        let read = self
            .proc
            .open_file(file)
            .and_then(|fd| read_whole(&fd, &mut text));
        Ok(self.proc.unless_gone(file, read)?.map(|()| text))
    }
}

impl Cgroup {
    /// The cgroup version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The directory of its files.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Its path in `/proc/PID/cgroup`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether `other` is this group or one of its descendants.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.directory.starts_with(&self.directory)
    }

    /// The directories of the group and its mounted ancestors.
    pub(super) fn groups_up(&self) -> impl Iterator<Item = &Path> {
        self.directory
            .ancestors()
            .take_while(|directory| directory.starts_with(&self.mount_point))
    }

    /// The group and its mounted ancestors.
    pub(in crate::platform::native) fn with_ancestors(&self) -> impl Iterator<Item = Self> {
        let above = self
            .path
            .ancestors()
            .chain(std::iter::repeat(Path::new("/")));
        self.groups_up().zip(above).map(|(directory, path)| Self {
            directory: directory.to_owned(),
            path: path.to_owned(),
            ..self.clone()
        })
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// Searches the directories `levels` below `top` for the one in whose `rest` the process is.
fn search(top: &Path, levels: usize, rest: &Path, pid: u32) -> Option<PathBuf> {
    let mut searched = 0;
    let mut level = vec![top.to_owned()];
    for _ in 0..levels {
        let mut below = Vec::new();
        for directory in level {
            below.extend(control::children(&directory));
            searched += 1;
            if searched + below.len() > MOST_SEARCHED {
                return None;
            }
        }
        level = below;
    }
    level
        .into_iter()
        .map(|directory| joined(&directory, rest))
        .find(|directory| {
            let members = fs::read_to_string(directory.join("cgroup.procs")).unwrap_or_default();
            members.lines().any(|line| line.parse() == Ok(pid))
        })
}

/// Like [`Path::join`], but adds no trailing slash if `rest` is empty.
fn joined(directory: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() {
        return directory.to_owned();
    }
    directory.join(rest)
}
