//! The accounting of a group.
//!
//! Each reader returns `None` if this kernel or group lacks the file: those of version 2 were added
//! over the years, and its root group has hardly any.

use super::{Cgroup, Version, files};
use crate::native::Pressure;
use crate::{Error, FieldError};

/// The current memory of a group and its descendants, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakdown {
    /// Anonymous memory, in bytes.
    pub anon: u64,
    /// Page cache, including shared memory, in bytes.
    pub file: u64,
    /// Shared memory and tmpfs, in bytes.
    pub shmem: Option<u64>,
    /// Mapped files, in bytes.
    pub mapped_file: Option<u64>,
    /// Kernel memory of the group, in bytes.
    pub kernel: Option<u64>,
}

/// The out-of-memory events of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OomEvents {
    /// How often an allocation of the group failed. Not counted in version 1.
    pub ooms: Option<u64>,
    /// How many of its processes the OOM killer has ended, for any limit.
    pub kills: u64,
}

impl Cgroup {
    /// The current usage, including page cache, in bytes.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn current(&self) -> Result<Option<u64>, Error> {
        self.number("memory.usage_in_bytes", "memory.current")
    }

    /// The highest usage ever, in bytes. In version 2 since Linux 5.19.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn peak(&self) -> Result<Option<u64>, Error> {
        self.number("memory.max_usage_in_bytes", "memory.peak")
    }

    /// The swapped-out memory now, in bytes.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn swap(&self) -> Result<Option<u64>, Error> {
        match self.version {
            Version::V1 => Ok(self
                .stat()?
                .and_then(|stat| files::keyed(&stat, "total_swap"))),
            Version::V2 => files::number(&self.file("memory.swap.current")),
        }
    }

    /// The current memory by kind. The kernel records no peak of each kind.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn breakdown(&self) -> Result<Option<Breakdown>, Error> {
        let Some(stat) = self.stat()? else {
            return Ok(None);
        };
        let part = |v1: &str, v2: &str| files::keyed(&stat, self.by_version(v1, v2));
        let required = |v1: &'static str, v2: &'static str| {
            part(v1, v2).ok_or_else(|| Error::Malformed {
                path: self.file("memory.stat"),
                source: FieldError::Missing(self.by_version(v1, v2)),
            })
        };
        let anon = required("total_rss", "anon")?;
        let file = required("total_cache", "file")?;
        let kernel = match self.version {
            Version::V1 => files::number(&self.file("memory.kmem.usage_in_bytes"))?,
            // Since Linux 5.18; the separate fields of older kernels do not add up to it.
            Version::V2 => files::keyed(&stat, "kernel"),
        };
        Ok(Some(Breakdown {
            anon,
            file,
            shmem: part("total_shmem", "shmem"),
            mapped_file: part("total_mapped_file", "file_mapped"),
            kernel,
        }))
    }

    /// The out-of-memory events. In version 1 since Linux 4.13, and without descendants.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn oom_events(&self) -> Result<Option<OomEvents>, Error> {
        let file = self.file(self.by_version("memory.oom_control", "memory.events"));
        let text = files::text(&file)?.unwrap_or_default();
        Ok(files::keyed(&text, "oom_kill").map(|kills| OomEvents {
            ooms: files::keyed(&text, "oom"),
            kills,
        }))
    }

    /// The memory pressure. Only in version 2.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn pressure(&self) -> Result<Option<Pressure>, Error> {
        match self.version {
            Version::V1 => Ok(None),
            Version::V2 => {
                let text = files::text(&self.file("memory.pressure"))?;
                Ok(text.and_then(|text| Pressure::parse(&text)))
            }
        }
    }

    fn stat(&self) -> Result<Option<String>, Error> {
        files::text(&self.file("memory.stat"))
    }

    fn number(&self, v1: &str, v2: &str) -> Result<Option<u64>, Error> {
        files::number(&self.file(self.by_version(v1, v2)))
    }

    fn by_version<'name>(&self, v1: &'name str, v2: &'name str) -> &'name str {
        match self.version {
            Version::V1 => v1,
            Version::V2 => v2,
        }
    }
}
