//! Why there can be no group of its own for a run. Never an error of the run.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use super::{Cgroup, NoCgroup, Version};
use crate::Error;

/// Why, in words, with what would help.
#[derive(Debug, thiserror::Error)]
pub enum NoGroup {
    /// There is no group to make one under.
    #[error(transparent)]
    NoCgroup(#[from] NoCgroup),
    /// What was asked for is no name.
    #[error("{0:?} is no name for a group: it may have letters, digits, - and _")]
    Name(String),
    /// There is such a group already.
    #[error("the group {} is there already", .0.display())]
    Exists(PathBuf),
    /// Cgroups are mounted so that nobody may write.
    #[error("the group {} is mounted read-only", .0.display())]
    ReadOnly(PathBuf),
    /// The user may not make groups there.
    #[error("the group {} may not be written by this user", group.display())]
    NotWritable {
        /// The group that a child was to be made under.
        group: PathBuf,
        /// The version of its interface.
        version: Version,
    },
    /// The groups above do not hand the memory controller down.
    #[error("the group {} was not given the memory controller", .0.display())]
    NotGiven(PathBuf),
    /// A group of version 2 that holds processes cannot account for groups below it.
    #[error(
        "the group {} holds {others} other process{}; only a group without any may be divided",
        group.display(), if *others == 1 { "" } else { "es" }
    )]
    NotAlone {
        /// The group that this process is in.
        group: PathBuf,
        /// How many others are in it.
        others: usize,
    },
    /// A child would not be under the limits of the group above.
    #[error("the group {} does not pass its limit on to groups below", .0.display())]
    NotInherited(PathBuf),
    /// The operating system failed in another way.
    #[error("the group {} cannot be divided: {source}", group.display())]
    System {
        /// The group that a child was to be made under.
        group: PathBuf,
        /// What the operating system answered.
        source: io::Error,
    },
    /// What must be known first cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
}

impl NoGroup {
    /// What a person could do about it.
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
            Self::NoCgroup(NoCgroup::NotMounted(_)) => {
                Some("mount the hierarchy that has the memory controller")
            }
            Self::NoCgroup(NoCgroup::NoController) => {
                Some("boot the kernel with cgroup_enable=memory")
            }
            _ => None,
        }
    }

    /// Sorts what the operating system answered to a write under a group.
    pub(super) fn of(cgroup: &Cgroup, source: io::Error) -> Self {
        let group = cgroup.directory.clone();
        match Errno::from_io_error(&source) {
            Some(Errno::ACCESS | Errno::PERM) => Self::NotWritable {
                group,
                version: cgroup.version,
            },
            Some(Errno::ROFS) => Self::ReadOnly(group),
            // A controller that the group does not have is written to subtree_control in vain.
            Some(Errno::NOENT) => Self::NotGiven(group),
            _ => Self::System { group, source },
        }
    }
}
