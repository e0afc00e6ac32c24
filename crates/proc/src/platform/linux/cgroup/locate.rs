//! Which group a process is in, as a directory that can be read.

use std::fs;
use std::path::{Path, PathBuf};

use super::membership::{self, Membership};
use super::namespace::{Below, below};
use super::{control, files};
use crate::Error;
use crate::native::mountinfo::{self, Mount};
use crate::native::root::read_whole;
use crate::native::{ProcRoot, Stat};

/// More directories than this are not searched for a group whose path is not told.
const MOST_SEARCHED: usize = 10_000;

/// The version of the interface that memory is accounted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A hierarchy a controller.
    V1,
    /// One unified hierarchy.
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

/// Why the memory group of a process is not known.
#[derive(Debug, thiserror::Error)]
pub enum NoCgroup {
    /// The process has ended.
    #[error("the process has ended")]
    Gone,
    /// No controller accounts for memory by groups.
    #[error("the kernel accounts for memory by no group: its memory controller is off")]
    NoController,
    /// The hierarchy that memory is in is mounted nowhere.
    #[error("the memory controller (cgroup v{}) is not mounted here", .0.number())]
    NotMounted(Version),
    /// The hierarchy is mounted, but not so that this group is in it.
    #[error("the group {} is not in what is mounted here", .0.display())]
    OutOfSight(PathBuf),
    /// The operating system refused or failed.
    #[error(transparent)]
    Read(#[from] Error),
}

/// Where to look: `/proc`, and the directory that the mount points start from.
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
    /// The machine's own.
    ///
    /// # Errors
    /// When `/proc` is not mounted or may not be read.
    pub fn system() -> Result<Self, Error> {
        Ok(Self::at(ProcRoot::system()?, "/"))
    }

    /// Other places in their stead: mount points are looked for under `root`.
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
    /// When there is none, or none that can be reached.
    pub fn own(&self) -> Result<Cgroup, NoCgroup> {
        self.named("self/cgroup", std::process::id())
    }

    /// The group of a process.
    ///
    /// # Errors
    /// When there is none, or none that can be reached.
    pub fn of(&self, pid: u32) -> Result<Cgroup, NoCgroup> {
        self.named(&format!("{pid}/cgroup"), pid)
    }

    /// `None` when there is no such process, or nothing can be read of it.
    pub(super) fn stat_of(&self, pid: u32) -> Option<Stat> {
        let mut text = Vec::new();
        let read = self.proc.read_process_file(pid, "stat", &mut text);
        read.ok()??;
        Stat::parse(&text).ok()
    }

    fn named(&self, file: &str, pid: u32) -> Result<Cgroup, NoCgroup> {
        let text = self.read(file)?.ok_or(NoCgroup::Gone)?;
        let membership = membership::of_memory(&text).ok_or(NoCgroup::NoController)?;
        // The mounts are always this process's own: it is the one who will open the files.
        let mounts = mountinfo::parse(&self.read("self/mountinfo")?.unwrap_or_default());
        let mounts: Vec<Mount> = mounts
            .into_iter()
            .filter(|mount| match membership.version {
                Version::V1 => mount.kind == "cgroup" && mount.option("memory").is_some(),
                Version::V2 => mount.kind == "cgroup2",
            })
            .collect();
        if mounts.is_empty() {
            return Err(NoCgroup::NotMounted(membership.version));
        }
        let cgroup = mounts
            .iter()
            .filter_map(|mount| self.reached(&membership, mount, pid))
            // The mount that shows the most groups above shows the most limits; of equal ones the
            // last lies on top.
            .max_by_key(|cgroup| cgroup.groups_up().count())
            .ok_or_else(|| NoCgroup::OutOfSight(membership.path.clone()))?;
        let top = cgroup.mount_point.join("cgroup.controllers");
        if cgroup.version == Version::V2 && !files::has_word(&top, "memory") {
            return Err(NoCgroup::NoController);
        }
        Ok(cgroup)
    }

    fn reached(&self, membership: &Membership, mount: &Mount, pid: u32) -> Option<Cgroup> {
        let point = mount.point.strip_prefix("/").unwrap_or(&mount.point);
        let mount_point = self.root.join(point);
        let directory = match below(&membership.path, &mount.root)? {
            Below::At(rest) => joined(&mount_point, &rest),
            Below::Hidden { levels, rest } => search(&mount_point, levels, &rest, pid)?,
        };
        directory.join("cgroup.procs").exists().then(|| Cgroup {
            version: membership.version,
            directory,
            mount_point,
            path: membership.path.clone(),
            read_only: mount.read_only,
        })
    }

    /// `None` when the file is not there.
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
    /// The version of the interface.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Where its files are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What `/proc/PID/cgroup` calls it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a process of that group would be in this one, too.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.directory.starts_with(&self.directory)
    }

    /// Its directory and those above, as far as they are mounted.
    pub(super) fn groups_up(&self) -> impl Iterator<Item = &Path> {
        self.directory
            .ancestors()
            .take_while(|directory| directory.starts_with(&self.mount_point))
    }

    /// It and the groups above, each as one of its own.
    pub(in crate::platform::native) fn with_those_above(&self) -> impl Iterator<Item = Self> {
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

/// The directory so many levels down under whose `rest` the process is a member.
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

/// Joined with nothing a path would end in a slash.
fn joined(directory: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() {
        return directory.to_owned();
    }
    directory.join(rest)
}
