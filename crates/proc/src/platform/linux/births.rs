//! Finds new processes without reading all of `/proc` each time.
//!
//! The kernel assigns pids in rising order and shows the last one in `/proc/loadavg`. As long as
//! that number is unchanged, no process has started. If it has moved a little, the pids in between
//! are tried one by one; if it has moved far or wrapped around, the directory is listed. A pid is
//! assigned shortly before its process becomes visible, so a missing one is tried again.
//!
//! `loadavg` may be absent (`subset=pid`), or of another pid namespace than the mounted `/proc`, as
//! in containers whose `loadavg` is a file of lxcfs. There the directory is listed each time.

use std::time::{Duration, Instant};

use rustix::fs::{SeekFrom, seek};

use super::loadavg::Loadavg;
use super::pids::{list_pids, pids};
use super::{ProcRoot, Stat};
use crate::{Birth, Error, ProcessId};

/// Listing takes about 0.4 us per entry, trying a pid about 8 us.
const ENTRIES_PER_TRY: u32 = 20;
/// With more new pids than this, unlisted ones are not tried.
const MOST_TRIES: u32 = 256;
/// How often a pid that is not visible yet is tried again.
const RETRIES: u8 = 3;
/// How often the directory is listed even if `loadavg` is unchanged, since that may be of another
/// pid namespace: soon at first, then less and less often.
const LIST_FIRST_AFTER: Duration = Duration::from_millis(10);
const LIST_AT_LEAST_EVERY: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct BirthFinder {
    /// `None` if it is absent, or of another pid namespace: a pid was listed that it did not show.
    loadavg: Option<Loadavg>,
    last_pid: u32,
    listed: Vec<u32>,
    listed_at: Option<Instant>,
    list_after: Duration,
    pids: Vec<u32>,
    unseen: Vec<(u32, u8)>,
    never_seen: u64,
    /// Whether each pid assigned before the last scan was tried; false if there were too many.
    are_all_tried: bool,
    text: Vec<u8>,
    directory: Vec<u8>,
}

impl BirthFinder {
    pub(super) fn new(root: &ProcRoot) -> Result<Self, Error> {
        let loadavg = match Loadavg::open(root) {
            Ok(loadavg) => Some(loadavg),
            Err(_) if !pids(root)?.is_empty() => None,
            Err(error) => return Err(error),
        };
        Ok(Self {
            loadavg,
            last_pid: 0,
            listed: Vec::new(),
            listed_at: None,
            list_after: LIST_FIRST_AFTER,
            pids: Vec::new(),
            unseen: Vec::new(),
            never_seen: 0,
            are_all_tried: true,
            text: Vec::new(),
            directory: Vec::with_capacity(32 * 1024),
        })
    }

    /// Processes listed now are not reported as births later.
    pub(super) fn note_present(&mut self, root: &ProcRoot) -> Result<(), Error> {
        self.last_pid = self.last_pid(root).unwrap_or(0);
        self.unseen.clear();
        self.list_after = LIST_FIRST_AFTER;
        self.list(root)
    }

    /// All processes up to this pid are known.
    pub(super) fn note_until(&mut self, last_pid: u32) {
        self.last_pid = last_pid;
        self.unseen.clear();
        // What is listed is of the last scan, which may be long ago.
        self.listed_at = None;
    }

    /// Appends the processes that appeared since the last call.
    pub(super) fn since_last(
        &mut self,
        root: &ProcRoot,
        births: &mut Vec<Birth>,
    ) -> Result<(), Error> {
        let found = self.find(root, births);
        found.and(find_parents(root, births, &self.listed, &mut self.text))
    }

    fn find(&mut self, root: &ProcRoot, births: &mut Vec<Birth>) -> Result<(), Error> {
        let Some(now) = self.last_pid(root) else {
            return self.find_unlisted(root, births);
        };
        let before = std::mem::replace(&mut self.last_pid, now);
        let were_all_tried = std::mem::replace(&mut self.are_all_tried, true);
        self.try_unseen_again(root, births)?;

        let list_after = self.list_after;
        let overdue = self.listed_at.is_none_or(|at| at.elapsed() >= list_after);
        if overdue {
            self.list_after = LIST_AT_LEAST_EVERY.min(2 * list_after);
        }
        let wrapped = now < before;
        let entries = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        let moved_far = now.abs_diff(before) > 1 + entries / ENTRIES_PER_TRY;
        if wrapped || moved_far || overdue {
            let known = std::mem::take(&mut self.listed);
            let is_up_to_date = self.listed_at.is_some() && were_all_tried;
            self.list(root)?;
            // A pid between the two marks was assigned anew, even if it was listed before.
            let is_new = |pid: u32| {
                if wrapped {
                    pid > before || pid <= now
                } else {
                    pid > before && pid <= now
                }
            };
            let is_unknown = |pid: u32| known.binary_search(&pid).is_err();
            let is_birth = |pid: &u32| is_new(*pid) || is_unknown(*pid);
            let last = self.last_pid(root).unwrap_or(0);
            let is_unseen = |pid: u32| self.unseen.iter().any(|&(unseen, _)| unseen == pid);
            let is_shown = |pid: u32| pid > before && pid <= last || is_unseen(pid);
            let is_foreign = is_up_to_date
                && !wrapped
                && last >= now
                && !(self.listed.iter()).all(|&pid| !is_unknown(pid) || is_shown(pid));
            let new = self.listed.iter().copied().filter(is_birth);
            read_each(root, new, births, &mut self.text)?;
            if is_foreign {
                self.loadavg = None;
                self.unseen.clear();
                self.are_all_tried = false;
                return Ok(());
            }
            let assigned = now.saturating_sub(before);
            if wrapped || assigned > MOST_TRIES {
                // Too many to try each; all but the listed ones count as never seen.
                let found = self.listed.iter().filter(|&&pid| is_new(pid)).count();
                self.never_seen += u64::from(assigned).saturating_sub(found as u64);
                self.are_all_tried = false;
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

    /// Where the last pid is unknown: all that was not listed before.
    fn find_unlisted(&mut self, root: &ProcRoot, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.are_all_tried = false;
        let known = std::mem::take(&mut self.listed);
        self.list(root)?;
        let listed = self.listed.iter().copied();
        let new = listed.filter(|pid| known.binary_search(pid).is_err());
        read_each(root, new, births, &mut self.text)
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

    /// The pid that was assigned last, if that is known.
    pub(super) fn last_pid(&self, root: &ProcRoot) -> Option<u32> {
        self.loadavg.as_ref()?.last_pid(root).ok()
    }

    /// Whether no pid has been assigned since [`Self::since_last`] was called, and all before have
    /// been seen.
    pub(super) fn are_complete(&self, root: &ProcRoot) -> bool {
        self.are_all_tried && self.unseen.is_empty() && self.last_pid(root) == Some(self.last_pid)
    }

    /// The number of pids that were assigned but never seen as a process or thread.
    pub(super) fn never_seen(&self) -> u64 {
        self.never_seen
    }

    /// Tries the pids of a range that are not listed: mostly threads.
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

    /// Returns whether a process or thread with this pid is visible.
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

    fn list(&mut self, root: &ProcRoot) -> Result<(), Error> {
        seek(root, SeekFrom::Start(0))
            .and_then(|_| list_pids(root, &mut self.directory, &mut self.pids))
            .map_err(|errno| Error::system(root.path_of(""), errno))?;
        std::mem::swap(&mut self.pids, &mut self.listed);
        self.listed_at = Some(Instant::now());
        Ok(())
    }
}

/// Appends all visible processes.
pub(super) fn all(
    root: &ProcRoot,
    births: &mut Vec<Birth>,
    text: &mut Vec<u8>,
) -> Result<(), Error> {
    let listed = pids(root)?;
    let read = read_each(root, listed.iter().copied(), births, text);
    read.and(find_parents(root, births, &listed, text))
}

fn read_each(
    root: &ProcRoot,
    pids: impl Iterator<Item = u32>,
    births: &mut Vec<Birth>,
    text: &mut Vec<u8>,
) -> Result<(), Error> {
    // A process that cannot be read does not hide those after it.
    let mut outcome = Ok(());
    for pid in pids {
        match read_stat(root, pid, text) {
            Ok(Some(stat)) => births.push(birth(&stat)),
            Ok(None) => {}
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    outcome
}

fn find_parents(
    root: &ProcRoot,
    births: &mut Vec<Birth>,
    listed: &[u32],
    text: &mut Vec<u8>,
) -> Result<(), Error> {
    let is_listed = |pid: u32| listed.binary_search(&pid).is_ok();
    complete(births, is_listed, |pid| {
        let stat = read_stat(root, pid, text)?;
        Ok(stat
            .filter(|stat| stat.leads_its_process)
            .map(|stat| birth(&stat)))
    })
}

/// Adds unknown parents. Such a parent was not visible yet when its pid was tried, though its child
/// was a moment later. By now it is visible, or has ended and its child has another parent.
fn complete(
    births: &mut Vec<Birth>,
    is_known: impl Fn(u32) -> bool,
    mut read: impl FnMut(u32) -> Result<Option<Birth>, Error>,
) -> Result<(), Error> {
    let mut place = 0;
    while let Some(&child) = births.get(place) {
        let parent = child.parent;
        let is_there = |birth: &Birth| birth.id.pid == parent;
        if parent == 0 || is_known(parent) || births.iter().any(is_there) {
            place += 1;
        } else if let Some(parent) = read(parent)? {
            births.push(parent);
        } else {
            match read(child.id.pid)? {
                Some(now) if now.id == child.id && now.parent != parent => births[place] = now,
                _ => place += 1,
            }
        }
    }
    Ok(())
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
        image: stat.image,
        faults: stat.faults,
    }
}

/// `None` if the process is gone, or hidden from this user (`hidepid` in `proc(5)`).
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
    Stat::parse(text)
        .map(Some)
        .map_err(|error| root.malformed(&format!("{pid}/stat"), error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Birth, ProcessId, complete};

    const FIRST: u32 = 1;

    fn birth(pid: u32, parent: u32) -> Birth {
        Birth {
            id: ProcessId {
                pid,
                started: u64::from(pid),
            },
            parent,
            group: pid,
            session: pid,
            image: None,
            faults: 0,
        }
    }

    /// The parents by pid after completing `births` from the `visible` processes.
    fn found(births: &[Birth], visible: &[Birth]) -> BTreeMap<u32, u32> {
        let mut births = births.to_vec();
        let read = |pid| Ok(visible.iter().find(|birth| birth.id.pid == pid).copied());
        complete(&mut births, |pid| pid == FIRST, read).unwrap();
        births
            .iter()
            .map(|birth| (birth.id.pid, birth.parent))
            .collect()
    }

    #[test]
    fn parents_that_have_become_visible_are_found() {
        let children = [birth(14, 13), birth(15, 13)];
        let visible = [birth(12, FIRST), birth(13, 12)];
        let expected = [(12, FIRST), (13, 12), (14, 13), (15, 13)];
        assert_eq!(found(&children, &visible), expected.into());
    }

    #[test]
    fn a_child_whose_parent_has_ended_has_the_parent_that_adopted_it() {
        let visible = [birth(14, 12), birth(12, FIRST)];
        let expected = [(12, FIRST), (14, 12)];
        assert_eq!(found(&[birth(14, 13)], &visible), expected.into());
    }

    #[test]
    fn a_child_is_unchanged_if_its_parent_is_hidden_or_it_is_gone() {
        let another = Birth {
            id: ProcessId {
                pid: 15,
                started: 99,
            },
            ..birth(15, FIRST)
        };
        let visible = [birth(14, 13), another];
        let births = [birth(14, 13), birth(15, 13), birth(16, 13), birth(17, 0)];
        let expected = [(14, 13), (15, 13), (16, 13), (17, 0)];
        assert_eq!(found(&births, &visible), expected.into());
    }
}
