//! The peak of a group from a moment on.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rustix::io::Errno;

use super::{Cgroup, Version, files};
use crate::Error;

/// Since Linux 6.12 a write to `memory.peak` starts a count anew for the descriptor that it went
/// through, and for nobody else (`Documentation/admin-guide/cgroup-v2.rst`).
///
/// Everything else in the group counts as well. A group of its own is better where there can be
/// one.
#[derive(Debug)]
pub struct PeakSince {
    file: File,
    path: PathBuf,
}

impl PeakSince {
    /// Starts at what the group uses now. `None` where the kernel cannot: in version 1, where the
    /// count could only be taken from everybody, before Linux 6.12, and in the topmost group.
    ///
    /// # Errors
    /// When the kernel can and refuses, as it does an ordinary user in a group that is not theirs.
    pub fn start(cgroup: &Cgroup) -> Result<Option<Self>, Error> {
        if cgroup.version == Version::V1 {
            return Ok(None);
        }
        let path = cgroup.file("memory.peak");
        let opened = OpenOptions::new().read(true).write(true).open(&path);
        match opened.and_then(|file| file.write_at(b"0", 0).map(|_| file)) {
            Ok(file) => Ok(Some(Self { file, path })),
            Err(error) if files::is_absent(&error) || cannot_reset(&error) => Ok(None),
            Err(error) => Err(Error::system(path, error)),
        }
    }

    /// The most that was charged to the group since the start, in bytes.
    ///
    /// # Errors
    /// When the group has been removed.
    pub fn read(&self) -> Result<u64, Error> {
        let mut text = [0; 32];
        let length = self
            .file
            .read_at(&mut text, 0)
            .map_err(|error| Error::system(&self.path, error))?;
        files::parse_number(&self.path, &String::from_utf8_lossy(&text[..length]))
    }
}

fn cannot_reset(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::INVAL)
}
