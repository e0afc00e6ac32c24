//! Reads a process repeatedly: through descriptors that are kept open, or by name if the limit of
//! open files leaves none.

use rustix::fd::{AsRawFd, OwnedFd, RawFd};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use super::births::read_stat;
use super::root::read_whole;
use super::{ProcRoot, Stat, StatmFile};
use crate::{Error, ProcessId, Reading};

/// Descriptors that are reserved for the rest of this process.
const RESERVED: RawFd = 64;

/// A watched process.
#[derive(Debug)]
pub enum WatchedProcess {
    /// Its `statm` is open, and its `stat` once page faults have been read.
    Kept(StatmFile, Option<OwnedFd>),
    /// Its `statm` is opened for each reading.
    ByName(ProcessId),
}

impl WatchedProcess {
    /// `None` if the process is gone.
    pub(super) fn open(
        root: &ProcRoot,
        id: ProcessId,
        highest: RawFd,
    ) -> Result<Option<Self>, Error> {
        match StatmFile::open(root, id.pid) {
            Ok(Some(statm)) if statm.as_raw_fd() <= highest => Ok(Some(Self::Kept(statm, None))),
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
            Self::Kept(statm, _) => return statm.read(root, page_bytes),
            Self::ByName(id) => *id,
        };
        let Some(statm) = StatmFile::open(root, id.pid)? else {
            return Ok(Reading::Gone);
        };
        // The pid may have been reused since the last reading.
        match read_stat(root, id.pid, text)? {
            Some(stat) if stat.started == id.started => statm.read(root, page_bytes),
            _ => Ok(Reading::Gone),
        }
    }

    /// Page faults so far. `None` if the process is gone.
    pub(super) fn faults(
        &mut self,
        root: &ProcRoot,
        highest: RawFd,
        text: &mut Vec<u8>,
    ) -> Result<Option<u64>, Error> {
        let (statm, kept) = match self {
            Self::Kept(statm, kept) => (statm, kept),
            Self::ByName(id) => {
                let stat = read_stat(root, id.pid, text)?;
                return Ok(stat
                    .filter(|stat| stat.started == id.started)
                    .map(|stat| stat.faults));
            }
        };
        let pid = statm.pid();
        let name = format!("{pid}/stat");
        if kept.is_none() {
            let Some(file) = root.unless_gone(&name, root.open_file(&name))? else {
                return Ok(None);
            };
            // As long as the `statm` descriptor is readable, the pid has not been reused.
            if !statm.is_bound() {
                return Ok(None);
            }
            if file.as_raw_fd() > highest {
                return Ok(read_stat(root, pid, text)?.map(|stat| stat.faults));
            }
            *kept = Some(file);
        }
        let Some(file) = kept else { return Ok(None) };
        if root.unless_gone(&name, read_whole(file, text))?.is_none() {
            return Ok(None);
        }
        let stat = Stat::parse(text).map_err(|error| root.malformed(&name, error))?;
        Ok(Some(stat.faults))
    }
}

/// The highest descriptor that may be kept open.
pub(super) fn highest_descriptor() -> RawFd {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let limit = RawFd::try_from(limit).unwrap_or(RawFd::MAX);
    // A low limit cannot spare that many.
    limit - RESERVED.min(limit / 2)
}
