//! One process, read through a descriptor of its directory.
//!
//! The descriptor stays bound to its process: once that is gone, every file below it reads ESRCH or
//! ENOENT, even if the pid was reused. So one record never mixes two processes.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, fstat, openat, readlinkat};

use super::command_line::{COMMAND_LINE_BYTES, split_arguments};
use super::root::read_whole;
use super::{ProcRoot, Stat, resident_pages};
use crate::{Error, FieldError, ProcessId, ProcessRecord, State};

/// A process, with the CPU time that its CPU share is computed from.
#[derive(Debug)]
pub(super) struct Process {
    /// Without a CPU share yet.
    pub(super) record: ProcessRecord,
    /// CPU time, in clock ticks.
    pub(super) cpu_ticks: u64,
}

/// The directory of one process.
#[derive(Debug)]
pub(super) struct ProcessDirectory<'root> {
    root: &'root ProcRoot,
    pid: u32,
    directory: OwnedFd,
}

impl<'root> ProcessDirectory<'root> {
    /// `None` if no process has this pid, or it is hidden (`hidepid` in `proc(5)`).
    pub(super) fn open(root: &'root ProcRoot, pid: u32) -> Result<Option<Self>, Error> {
        let name = pid.to_string();
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = openat(root, &name, flags, Mode::empty());
        let directory = unless_hidden(root.unless_gone(&name, opened))?;
        Ok(directory.map(|directory| Self {
            root,
            pid,
            directory,
        }))
    }

    /// `None` if the process is gone, hidden, or if this is a thread other than the leader, which
    /// `/proc` has a directory for as well.
    pub(super) fn stat(&self, text: &mut Vec<u8>) -> Result<Option<Stat>, Error> {
        if self.read("stat", text)?.is_none() {
            return Ok(None);
        }
        let stat = Stat::parse(text).map_err(|error| self.malformed("stat", error))?;
        Ok(Some(stat).filter(|stat| stat.leads_its_process))
    }

    /// Reads everything. `None` as with [`Self::stat`].
    pub(super) fn read_process(
        &self,
        page_bytes: u64,
        text: &mut Vec<u8>,
    ) -> Result<Option<Process>, Error> {
        let Some(rss_bytes) = self.rss_bytes(page_bytes, text)? else {
            return Ok(None);
        };
        if self.read("cmdline", text)?.is_none() {
            return Ok(None);
        }
        text.truncate(COMMAND_LINE_BYTES);
        let command = split_arguments(text);
        let cwd = self.cwd();
        // The directory belongs to the effective user, even if its files do not (`task_dump_owner`
        // in fs/proc/base.c). Far cheaper than reading `status`.
        let user = fstat(&self.directory).ok().map(|file| file.st_uid);
        // Read last: success proves that the process existed throughout.
        let Some(stat) = self.stat(text)? else {
            return Ok(None);
        };
        let name = String::from_utf8_lossy(Stat::name(text).unwrap_or_default()).into_owned();
        let has_ended = stat.state == State::Zombie;
        Ok(Some(Process {
            record: ProcessRecord {
                id: ProcessId {
                    pid: stat.pid,
                    started: stat.started,
                },
                parent: stat.parent,
                name,
                command,
                cwd,
                rss_bytes: if has_ended { 0 } else { rss_bytes },
                cpu_percent: None,
                state: stat.state,
                user,
            },
            cpu_ticks: stat.cpu_ticks,
        }))
    }

    fn rss_bytes(&self, page_bytes: u64, text: &mut Vec<u8>) -> Result<Option<u64>, Error> {
        if self.read("statm", text)?.is_none() {
            return Ok(None);
        }
        let (resident, _) = resident_pages(text).map_err(|error| self.malformed("statm", error))?;
        Ok(Some(resident.saturating_mul(page_bytes)))
    }

    /// `None` for zombies and where access is denied.
    fn cwd(&self) -> Option<PathBuf> {
        let target = readlinkat(&self.directory, "cwd", Vec::new()).ok()?;
        Some(OsString::from_vec(target.into_bytes()).into())
    }

    fn read(&self, file: &str, text: &mut Vec<u8>) -> Result<Option<()>, Error> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let read = openat(&self.directory, file, flags, Mode::empty())
            .and_then(|fd| read_whole(&fd, text));
        unless_hidden(self.root.unless_gone(&self.name_of(file), read))
    }

    fn malformed(&self, file: &str, error: FieldError) -> Error {
        self.root.malformed(&self.name_of(file), error)
    }

    fn name_of(&self, file: &str) -> String {
        format!("{}/{file}", self.pid)
    }
}

fn unless_hidden<T>(result: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match result {
        Err(error) if error.is_denied() => Ok(None),
        other => other,
    }
}

/// Time since the start of a process; `since_boot` is the time now.
pub(super) fn age(started: u64, ticks_per_second: u64, since_boot: Duration) -> Duration {
    since_boot.saturating_sub(ticks(started, ticks_per_second))
}

/// Converts clock ticks to a duration.
pub(super) fn ticks(number: u64, ticks_per_second: u64) -> Duration {
    Duration::from_secs_f64(number as f64 / ticks_per_second.max(1) as f64)
}
