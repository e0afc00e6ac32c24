//! `/proc`, or a directory of fixtures in its place.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use rustix::buffer::spare_capacity;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

use crate::{Error, FieldError};

/// An open `/proc`, or a directory of fixtures in its place.
#[derive(Debug)]
pub struct ProcRoot {
    path: PathBuf,
    directory: OwnedFd,
}

impl ProcRoot {
    /// Opens the machine's own `/proc`.
    ///
    /// # Errors
    /// When it is not mounted or may not be read.
    pub fn system() -> Result<Self, Error> {
        let root = Self::open("/proc")?;
        // An unmounted /proc is an empty directory, which opens like any other.
        match root.open_file("self/stat") {
            Ok(_) => Ok(root),
            Err(Errno::NOENT) => Err(Error::unusable(root.path, "procfs is not mounted here")),
            Err(errno) => Err(Error::system(root.path_of("self/stat"), errno)),
        }
    }

    /// Opens another directory in place of `/proc`.
    ///
    /// # Errors
    /// When it is not a directory or may not be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let directory = rustix::fs::open(
            path,
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(|errno| Error::system(path, errno))?;
        Ok(Self {
            path: path.to_owned(),
            directory,
        })
    }

    /// Whether the pids are those of this process's own pid namespace, which signals go by. In the
    /// `/proc` of another namespace, they belong to other processes.
    pub(super) fn shows_own_namespace(&self) -> bool {
        readlinkat(self, "self", Vec::new())
            .is_ok_and(|link| link.to_bytes() == std::process::id().to_string().as_bytes())
    }

    /// Opens it for callers that look up processes by pids of their own namespace.
    ///
    /// # Errors
    /// If the pids are those of another one.
    pub fn require_own_namespace(&self) -> Result<(), Error> {
        if self.shows_own_namespace() {
            Ok(())
        } else {
            let reason = "it shows the processes of another pid namespace";
            Err(Error::unusable(self.path(), reason))
        }
    }

    pub(super) fn open_file(&self, name: &str) -> rustix::io::Result<OwnedFd> {
        openat(
            &self.directory,
            name,
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )
    }

    /// Reads a file of a process that a single read returns whole if the buffer is large enough,
    /// which is all but lists such as `maps`. `None` if the process is gone.
    ///
    /// # Errors
    /// If the process exists and the file cannot be read.
    pub fn read_process_file(
        &self,
        pid: u32,
        file: &str,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<()>, Error> {
        let name = format!("{pid}/{file}");
        let read = self
            .open_file(&name)
            .and_then(|fd| read_at_once(&fd, buffer));
        self.unless_gone(&name, read)
    }

    /// Reads any file of a process.
    pub(super) fn read_process_list(
        &self,
        pid: u32,
        file: &str,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<()>, Error> {
        let name = format!("{pid}/{file}");
        let read = self.open_file(&name).and_then(|fd| read_whole(&fd, buffer));
        self.unless_gone(&name, read)
    }

    /// `None` if `result` says that the process is gone.
    pub(super) fn unless_gone<T>(
        &self,
        name: &str,
        result: rustix::io::Result<T>,
    ) -> Result<Option<T>, Error> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Errno::NOENT | Errno::SRCH) => Ok(None),
            Err(errno) => Err(Error::system(self.path_of(name), errno)),
        }
    }

    pub(super) fn path_of(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.path.join(name.as_ref())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn malformed(&self, name: &str, source: FieldError) -> Error {
        Error::Malformed {
            path: self.path_of(name),
            source,
        }
    }
}

impl AsFd for ProcRoot {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// Reads a file from start to end, whatever the offset of the descriptor.
pub(super) fn read_whole(fd: &OwnedFd, buffer: &mut Vec<u8>) -> rustix::io::Result<()> {
    const CHUNK: usize = 4096;
    buffer.clear();
    loop {
        let length = buffer.len();
        buffer.resize(length + CHUNK, 0);
        let read = match rustix::io::pread(fd, &mut buffer[length..], length as u64) {
            Err(Errno::INTR) => 0,
            Err(errno) => {
                buffer.clear();
                return Err(errno);
            }
            Ok(0) => {
                buffer.truncate(length);
                return Ok(());
            }
            Ok(read) => read,
        };
        buffer.truncate(length + read);
    }
}

/// The same for a file that a single read returns whole: reads until a read does not fill the
/// buffer.
pub(super) fn read_at_once(fd: &OwnedFd, buffer: &mut Vec<u8>) -> rustix::io::Result<()> {
    const ROOM: usize = 16 << 10;
    buffer.clear();
    loop {
        buffer.reserve(ROOM);
        let (length, room) = (buffer.len(), buffer.capacity() - buffer.len());
        match rustix::io::pread(fd, spare_capacity(buffer), length as u64) {
            Err(Errno::INTR) => {}
            Err(errno) => {
                buffer.clear();
                return Err(errno);
            }
            Ok(read) if read < room => return Ok(()),
            Ok(_) => {}
        }
    }
}

/// For callers that report through [`io::Error`].
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::System { source, .. } => source,
            Error::Malformed { .. } | Error::Unusable { .. } => {
                Self::new(io::ErrorKind::InvalidData, error.to_string())
            }
            Error::ProcessNotFound { .. } => Self::new(io::ErrorKind::NotFound, error.to_string()),
            Error::PermissionDenied { .. } => {
                Self::new(io::ErrorKind::PermissionDenied, error.to_string())
            }
            Error::KillFailed { .. } => Self::other(error.to_string()),
        }
    }
}
