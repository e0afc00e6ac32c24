//! Finding new processes without reading all of `/proc` each time.
//!
//! The kernel gives out pids in rising order and tells the last one in `/proc/loadavg`. While
//! that number stands still nothing has been born. When it has moved a little, the pids in
//! between are tried one by one; when it has moved far or wrapped around, the directory is
//! listed. A pid is given out shortly before its process can be seen, so one that is not there
//! yet is tried again.

use std::time::{Duration, Instant};

use rustix::fs::{SeekFrom, seek};

use super::loadavg::Loadavg;
use super::pids::list_pids;
use super::{ProcRoot, Stat};
use crate::{Birth, Error, ProcessId};

/// Listing costs about 0.4 us an entry, trying a pid about 8 us.
const ENTRIES_PER_TRY: u32 = 20;
/// With more new pids than this, what is not listed is not asked for.
const MOST_TRIES: u32 = 256;
/// How often a pid that cannot be seen yet is tried again.
const RETRIES: u8 = 3;
/// However quiet `loadavg` is, the directory is listed this often: in a pid namespace of its
/// own a reader's `loadavg` says nothing about a `/proc` that was mounted elsewhere.
const LIST_AT_LEAST_EVERY: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct BirthFinder {
    loadavg: Loadavg,
    last_pid: u32,
    listed: Vec<u32>,
    listed_at: Option<Instant>,
    pids: Vec<u32>,
    unseen: Vec<(u32, u8)>,
    never_seen: u64,
    text: Vec<u8>,
    directory: Vec<u8>,
}

impl BirthFinder {
    pub(super) fn new(root: &ProcRoot) -> Result<Self, Error> {
        Ok(Self {
            loadavg: Loadavg::open(root)?,
            last_pid: 0,
            listed: Vec::new(),
            listed_at: None,
            pids: Vec::new(),
            unseen: Vec::new(),
            never_seen: 0,
            text: Vec::new(),
            directory: Vec::with_capacity(32 * 1024),
        })
    }

    /// Every process that is visible now.
    pub(super) fn all(&mut self, root: &ProcRoot, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.note_present(root)?;
        self.read_listed(root, births, |_| true)
    }

    /// Whoever is listed now is no birth from here on.
    pub(super) fn note_present(&mut self, root: &ProcRoot) -> Result<(), Error> {
        self.last_pid = self.loadavg.last_pid(root)?;
        self.unseen.clear();
        self.list(root)
    }

    /// The processes that came into sight since the last call.
    pub(super) fn since_last(
        &mut self,
        root: &ProcRoot,
        births: &mut Vec<Birth>,
    ) -> Result<(), Error> {
        let before = self.last_pid;
        let now = self.loadavg.last_pid(root)?;
        self.last_pid = now;
        self.try_unseen_again(root, births)?;

        let overdue = self
            .listed_at
            .is_none_or(|at| at.elapsed() >= LIST_AT_LEAST_EVERY);
        let wrapped = now < before;
        let entries = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        let moved_far = now.abs_diff(before) > 1 + entries / ENTRIES_PER_TRY;
        if wrapped || moved_far || overdue {
            let known = std::mem::take(&mut self.listed);
            self.list(root)?;
            // A pid between the two marks is new even where the last listing had it.
            let is_new = |pid: u32| {
                if wrapped {
                    pid > before || pid <= now
                } else {
                    pid > before && pid <= now
                }
            };
            self.read_listed(root, births, |pid| {
                is_new(pid) || known.binary_search(&pid).is_err()
            })?;
            let given_out = now.saturating_sub(before);
            if wrapped || given_out > MOST_TRIES {
                // Too many to ask for each; those that are listed are not among them.
                let found = self.listed.iter().filter(|&&pid| is_new(pid)).count();
                self.never_seen += u64::from(given_out).saturating_sub(found as u64);
                return Ok(());
            }
            self.try_unlisted(root, before + 1..=now, births)
        } else {
            for pid in before + 1..=now {
                if !self.try_pid(root, pid, births)? {
                    self.unseen.push((pid, RETRIES));
                }
            }
            Ok(())
        }
    }

    fn try_unseen_again(&mut self, root: &ProcRoot, births: &mut Vec<Birth>) -> Result<(), Error> {
        for (pid, tries) in std::mem::take(&mut self.unseen) {
            if self.try_pid(root, pid, births)? {
                continue;
            }
            match tries - 1 {
                0 => self.never_seen += 1,
                left => self.unseen.push((pid, left)),
            }
        }
        Ok(())
    }

    /// Pids that were given out and never seen to be a process or a thread.
    pub(super) fn never_seen(&self) -> u64 {
        self.never_seen
    }

    /// The pids of a range that the listing does not hold: threads, mostly.
    fn try_unlisted(
        &mut self,
        root: &ProcRoot,
        pids: std::ops::RangeInclusive<u32>,
        births: &mut Vec<Birth>,
    ) -> Result<(), Error> {
        for pid in pids {
            if self.listed.binary_search(&pid).is_err() && !self.try_pid(root, pid, births)? {
                self.unseen.push((pid, RETRIES));
            }
        }
        Ok(())
    }

    /// False when nothing with this pid can be seen.
    fn try_pid(
        &mut self,
        root: &ProcRoot,
        pid: u32,
        births: &mut Vec<Birth>,
    ) -> Result<bool, Error> {
        let Some(stat) = read_stat(root, pid, &mut self.text)? else {
            return Ok(false);
        };
        if stat.leads_its_process {
            births.push(birth(&stat));
            if let Err(place) = self.listed.binary_search(&pid) {
                self.listed.insert(place, pid);
            }
        }
        Ok(true)
    }

    fn read_listed(
        &mut self,
        root: &ProcRoot,
        births: &mut Vec<Birth>,
        wanted: impl Fn(u32) -> bool,
    ) -> Result<(), Error> {
        // One process that cannot be read must not hide those after it.
        let mut outcome = Ok(());
        for &pid in self.listed.iter().filter(|&&pid| wanted(pid)) {
            match read_stat(root, pid, &mut self.text) {
                Ok(Some(stat)) => births.push(birth(&stat)),
                Ok(None) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    fn list(&mut self, root: &ProcRoot) -> Result<(), Error> {
        seek(root, SeekFrom::Start(0))
            .and_then(|_| list_pids(root, &mut self.directory, &mut self.pids))
            .map_err(|errno| Error::system(root.path_of(""), errno))?;
        std::mem::swap(&mut self.pids, &mut self.listed);
        self.listed_at = Some(Instant::now());
        Ok(())
    }
}

pub(super) fn birth(stat: &Stat) -> Birth {
    Birth {
        id: ProcessId {
            pid: stat.pid,
            started: stat.started,
        },
        parent: stat.parent,
        group: stat.group,
        session: stat.session,
    }
}

/// `None` when the process is gone, or hidden from this user (`hidepid` in `proc(5)`).
pub(super) fn read_stat(
    root: &ProcRoot,
    pid: u32,
    text: &mut Vec<u8>,
) -> Result<Option<Stat>, Error> {
    match root.read_process_file(pid, "stat", text) {
        Ok(Some(())) => {}
        Ok(None) => return Ok(None),
        Err(error) if error.is_denied() => return Ok(None),
        Err(error) => return Err(error),
    }
    match Stat::parse(text) {
        Some(stat) => Ok(Some(stat)),
        None => Err(root.malformed(&format!("{pid}/stat"), "its fields are not as documented")),
    }
}
