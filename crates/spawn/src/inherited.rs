//! The descriptors that this process has inherited for the command.
//!
//! Node marks what it was started with as close-on-exec, up to descriptor 15 at least, together
//! with what it opens for itself. The command would miss a jobserver of `make`, a socket of a
//! service manager, a file that the shell has opened. So what is not Node's own is found here
//! and passed on.

use std::env;
use std::fs;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};

use rustix::io::{FdFlags, fcntl_getfd};
use rustix::process::{Resource, getrlimit};

const STANDARD_STREAMS: std::ops::RangeInclusive<RawFd> = 0..=2;

/// The descriptors to pass on, of those that exec would close. `own` are known to be this
/// program's. To be called before anything else is opened.
pub(crate) fn inherited_descriptors(own: &[RawFd]) -> Vec<RawFd> {
    let open = open_descriptors();
    // The IPC channel to a parent that has forked this process with `child_process.fork`.
    let channel = env::var("NODE_CHANNEL_FD")
        .ok()
        .and_then(|fd| fd.parse().ok());
    let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get());
    open.iter()
        .copied()
        .filter(|fd| !STANDARD_STREAMS.contains(fd) && !own.contains(fd))
        .filter(|&fd| Some(fd) != channel)
        .filter(|&fd| is_closed_on_exec(fd))
        .filter(|&fd| {
            target("self", fd).is_some_and(|target| is_for_command(&target, fd, &open, parent))
        })
        .collect()
}

/// Libraries and event queues are never inherited for the command. A pipe is Node's own if this
/// process has both of its ends, and neither the parent nor a standard stream has it as well.
/// Anything else with a name, and any socket, is inherited.
fn is_for_command(found: &Path, fd: RawFd, open: &[RawFd], parent: Option<i32>) -> bool {
    let name = found.to_string_lossy();
    if name.starts_with("anon_inode:") || name.starts_with("/memfd:") {
        return false;
    }
    if !name.starts_with("pipe:") {
        return true;
    }
    let is_at = |process: &str, fd| target(process, fd).as_deref() == Some(found);
    let writes = is_for_writing(fd);
    let has_both_ends = open
        .iter()
        .any(|&other| is_for_writing(other) != writes && is_at("self", other));
    !has_both_ends
        || STANDARD_STREAMS.into_iter().any(|fd| is_at("self", fd))
        || parent.is_some_and(|parent| is_at(&parent.to_string(), fd))
}

fn target(process: &str, fd: RawFd) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{process}/fd/{fd}")).ok()
}

fn is_for_writing(fd: RawFd) -> bool {
    // SAFETY: F_GETFL touches no memory. One that has been closed meanwhile answers -1.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    flags & libc::O_ACCMODE != libc::O_RDONLY
}

/// Without `/proc` none are known, and none are passed on.
fn open_descriptors() -> Vec<RawFd> {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

fn is_closed_on_exec(fd: RawFd) -> bool {
    // SAFETY: the descriptor was listed a moment ago. Should it have been closed since, the answer
    // is EBADF or that of another descriptor of this process, and nothing is done to either.
    let fd = unsafe { rustix::fd::BorrowedFd::borrow_raw(fd) };
    fcntl_getfd(fd).is_ok_and(|flags| flags.contains(FdFlags::CLOEXEC))
}

/// The soft limit of open files that this process was started with, by the limits of its parent:
/// Node raises its own to the hard one, and the kernel keeps no other record of it.
///
/// What was set in this very process before it became Node, as `prlimit` does, is not known. It
/// shows where the hard limit was set with it, as a plain `ulimit -n` does. The parent shows
/// nothing then; a limit that is too high does less harm.
pub(crate) fn parents_open_files() -> Option<u64> {
    let parent = rustix::process::getppid()?.as_raw_nonzero();
    let limits = fs::read_to_string(format!("/proc/{parent}/limits")).ok()?;
    soft_if_inherited(&limits, getrlimit(Resource::Nofile).maximum)
}

/// `None` for no limit, in both.
fn soft_if_inherited(parents: &str, own_hard: Option<u64>) -> Option<u64> {
    let line = parents
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    let mut words = line.split_whitespace();
    let (soft, hard) = (words.next()?, words.next()?);
    let is_own = match own_hard {
        Some(own) => hard.parse() == Ok(own),
        None => hard == "unlimited",
    };
    soft.parse().ok().filter(|_| is_own)
}

#[cfg(test)]
mod tests {
    use super::soft_if_inherited;

    fn limits(soft: &str, hard: &str) -> String {
        format!(
            "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max cpu time              unlimited            unlimited            seconds   \n\
             Max open files            {soft:<20} {hard:<20} files     \n"
        )
    }

    #[test]
    fn the_soft_limit_of_the_parent_is_taken_with_the_same_hard_one() {
        assert_eq!(
            soft_if_inherited(&limits("256", "20000"), Some(20_000)),
            Some(256)
        );
        assert_eq!(
            soft_if_inherited(&limits("256", "unlimited"), None),
            Some(256)
        );
        assert_eq!(
            soft_if_inherited(&limits("unlimited", "unlimited"), None),
            None
        );
    }

    #[test]
    fn a_parent_with_another_hard_limit_says_nothing_of_the_soft_one() {
        for own_hard in [Some(4096), None] {
            assert_eq!(soft_if_inherited(&limits("256", "20000"), own_hard), None);
        }
        let unlimited = limits("256", "unlimited");
        assert_eq!(soft_if_inherited(&unlimited, Some(4096)), None);
        assert_eq!(soft_if_inherited("", Some(4096)), None);
    }
}
