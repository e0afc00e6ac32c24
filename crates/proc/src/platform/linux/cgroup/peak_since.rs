//! The peak of a group since a point in time.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rustix::io::Errno;

use super::{Cgroup, Version, files};
use crate::Error;

/// A private peak counter: since Linux 6.12 a write to `memory.peak` resets the peak for that
/// descriptor only (`Documentation/admin-guide/cgroup-v2.rst`).
///
/// All processes of the group count. A group of its own is preferable if it can be created.
#[derive(Debug)]
pub struct PeakSince {
    file: File,
    path: PathBuf,
}

impl PeakSince {
    /// Starts from the current usage. `None` if unsupported: in version 1, which can only reset the
    /// peak for all readers, before Linux 6.12, and in the root group.
    ///
    /// # Errors
    /// If the kernel refuses, for example because the group belongs to another user.
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

    /// The highest usage of the group since the start, in bytes.
    ///
    /// # Errors
    /// If the group has been removed.
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
