//! How a process is read again and again: through a descriptor of its own, or by name where the
//! limit of open files does not leave one.

use rustix::fd::RawFd;
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use super::births::read_stat;
use super::{KeptStatm, ProcRoot};
use crate::{Error, ProcessId, Reading};

/// Descriptors that are left to the rest of this process.
const LEFT_TO_OTHERS: RawFd = 64;

/// A process that is being watched.
#[derive(Debug)]
pub enum Watched {
    /// Its `statm` is open.
    Kept(KeptStatm),
    /// Its `statm` is opened for each reading.
    ByName(ProcessId),
}

impl Watched {
    /// `None` when the process is gone.
    pub(super) fn open(
        root: &ProcRoot,
        id: ProcessId,
        highest: RawFd,
    ) -> Result<Option<Self>, Error> {
        match KeptStatm::open(root, id.pid) {
            Ok(Some(statm)) if statm.as_raw_fd() <= highest => Ok(Some(Self::Kept(statm))),
            Ok(Some(_)) => Ok(Some(Self::ByName(id))),
            Ok(None) => Ok(None),
            Err(Error::System { source, .. })
                if [Errno::MFILE, Errno::NFILE]
                    .iter()
                    .any(|errno| source.raw_os_error() == Some(errno.raw_os_error())) =>
            {
                Ok(Some(Self::ByName(id)))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn read(
        &self,
        root: &ProcRoot,
        page_bytes: u64,
        text: &mut Vec<u8>,
    ) -> Result<Reading, Error> {
        let id = match self {
            Self::Kept(statm) => return statm.read(root, page_bytes),
            Self::ByName(id) => *id,
        };
        let Some(statm) = KeptStatm::open(root, id.pid)? else {
            return Ok(Reading::Gone);
        };
        // The pid may have been given to another since the last reading.
        match read_stat(root, id.pid, text)? {
            Some(stat) if stat.started == id.started => statm.read(root, page_bytes),
            _ => Ok(Reading::Gone),
        }
    }
}

/// The highest descriptor that may be kept.
pub(super) fn highest_descriptor() -> RawFd {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let limit = RawFd::try_from(limit).unwrap_or(RawFd::MAX);
    // With a low limit there is not that much to leave.
    limit - LEFT_TO_OTHERS.min(limit / 2)
}
