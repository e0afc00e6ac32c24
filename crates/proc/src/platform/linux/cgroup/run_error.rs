//! Why a group for a run cannot be created. Never an error of the run.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use super::{Cgroup, CgroupLookupError, Version};
use crate::Error;

/// Why a group for a run cannot be created.
#[derive(Debug, thiserror::Error)]
pub enum RunCgroupError {
    /// There is no parent group.
    #[error(transparent)]
    Lookup(#[from] CgroupLookupError),
    /// The name is invalid.
    #[error("{0:?} is no name for a group: it may have letters, digits, - and _")]
    Name(String),
    /// The group already exists.
    #[error("the group {} is there already", .0.display())]
    Exists(PathBuf),
    /// Cgroups are mounted read-only.
    #[error("the group {} is mounted read-only", .0.display())]
    ReadOnly(PathBuf),
    /// This user may not create groups there.
    #[error("the group {} may not be written by this user", group.display())]
    NotWritable {
        /// The parent group.
        group: PathBuf,
        /// Its cgroup version.
        version: Version,
    },
    /// The memory controller is not delegated to the parent group.
    #[error("the group {} was not given the memory controller", .0.display())]
    NotGiven(PathBuf),
    /// In version 2 a group with processes cannot have children with controllers.
    #[error(
        "the group {} holds {others} other process{}; only a group without any may be divided",
        group.display(), if *others == 1 { "" } else { "es" }
    )]
    NotAlone {
        /// The group that this process is in.
        group: PathBuf,
        /// How many other processes are in it.
        others: usize,
    },
    /// A child would not be under the limits of its parent.
    #[error("the group {} does not pass its limit on to groups below", .0.display())]
    NotInherited(PathBuf),
    /// Another error of the operating system.
    #[error("the group {} cannot be divided: {source}", group.display())]
    System {
        /// The parent group.
        group: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
}

impl RunCgroupError {
    /// What the user can do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::NotWritable {
                version: Version::V1,
                ..
            } => Some("as root, give this user a group of its own and start memtop in it"),
            Self::NotWritable { .. } | Self::NotAlone { .. } | Self::NotGiven(_) => Some(
                "start memtop as the only process of a delegated group: \
                 systemd-run --user --scope -p Delegate=yes memtop ...",
            ),
            Self::ReadOnly(_) => Some("mount the cgroups of the container writable"),
            Self::Lookup(CgroupLookupError::NotMounted(_)) => {
                Some("mount the hierarchy that has the memory controller")
            }
            Self::Lookup(CgroupLookupError::NoController) => {
                Some("boot the kernel with cgroup_enable=memory")
            }
            _ => None,
        }
    }

    /// Classifies an error of a write below a group.
    pub(super) fn of(cgroup: &Cgroup, source: io::Error) -> Self {
        let group = cgroup.directory.clone();
        match Errno::from_io_error(&source) {
            Some(Errno::ACCESS | Errno::PERM) => Self::NotWritable {
                group,
                version: cgroup.version,
            },
            Some(Errno::ROFS) => Self::ReadOnly(group),
            // A write of `+memory` to `subtree_control` of a group without that controller.
            Some(Errno::NOENT) => Self::NotGiven(group),
            _ => Self::System { group, source },
        }
    }
}
