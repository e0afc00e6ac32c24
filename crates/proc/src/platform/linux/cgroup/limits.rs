//! The effective limits of a group: the smallest of its own and those of its ancestors.

use std::path::{Path, PathBuf};

use super::{Cgroup, Version, files};
use crate::Error;

/// Version 1 shows no limit as the highest multiple of the page size below 2^63; pages have up to
/// 64 KB.
pub(super) const V1_UNLIMITED: u64 = (i64::MAX as u64) & !0xffff;

/// A limit, and the group that sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The limit in bytes.
    pub bytes: u64,
    /// The directory of the group; of the outermost visible one if the limit is set further up.
    pub group: PathBuf,
}

/// The effective limits of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Above this the OOM killer ends processes.
    pub max: Option<Limit>,
    /// Above this processes are throttled and memory is reclaimed. Only in version 2.
    pub high: Option<Limit>,
    /// How much may be swapped out.
    pub swap_max: Option<Limit>,
}

impl Cgroup {
    /// The effective limits, up to the outermost mounted group.
    ///
    /// # Errors
    /// If a file exists and cannot be read.
    pub fn limits(&self) -> Result<Limits, Error> {
        match self.version {
            Version::V1 => self.limits_v1(),
            Version::V2 => Ok(Limits {
                max: self.smallest("memory.max")?,
                high: self.smallest("memory.high")?,
                swap_max: self.smallest("memory.swap.max")?,
            }),
        }
    }

    fn limits_v1(&self) -> Result<Limits, Error> {
        // `memory.stat` includes limits of ancestors that are not mounted.
        let stat = files::text(&self.file("memory.stat"))?.unwrap_or_default();
        let outermost = self.groups_up().last().unwrap_or(&self.directory);
        let in_force = |key| {
            files::keyed(&stat, key)
                .filter(|&bytes| bytes < V1_UNLIMITED)
                .map(|bytes| Limit {
                    bytes,
                    group: outermost.to_owned(),
                })
        };
        let max = smaller(
            in_force("hierarchical_memory_limit"),
            self.smallest("memory.limit_in_bytes")?,
        );
        // Of memory and swap together.
        let both = smaller(
            in_force("hierarchical_memsw_limit"),
            self.smallest("memory.memsw.limit_in_bytes")?,
        );
        let memory = max.as_ref().map_or(0, |max| max.bytes);
        let swap_max = both.map(|both| Limit {
            bytes: both.bytes.saturating_sub(memory),
            ..both
        });
        Ok(Limits {
            max,
            high: None,
            swap_max,
        })
    }

    fn smallest(&self, file: &str) -> Result<Option<Limit>, Error> {
        let mut found = None;
        for group in self.groups_up() {
            let limit = read(&group.join(file))?.map(|bytes| Limit {
                bytes,
                group: group.to_owned(),
            });
            found = smaller(found, limit);
        }
        Ok(found)
    }
}

/// Prefers the outer of two equal limits: the outer group contains the inner one, so its limit is
/// reached first.
fn smaller(inner: Option<Limit>, outer: Option<Limit>) -> Option<Limit> {
    match (inner, outer) {
        (Some(inner), Some(outer)) if inner.bytes < outer.bytes => Some(inner),
        (inner, outer) => outer.or(inner),
    }
}

/// `None` if there is no limit (`max` in version 2), or no such file.
fn read(path: &Path) -> Result<Option<u64>, Error> {
    let text = files::text(path)?;
    match text.as_deref().map(str::trim) {
        None | Some("max") => Ok(None),
        Some(digits) => match digits.parse() {
            Ok(bytes) => Ok(Some(bytes).filter(|&bytes| bytes < V1_UNLIMITED)),
            Err(_) => Err(files::invalid_value(
                path,
                digits,
                "a number of bytes or max",
            )),
        },
    }
}
