//! Memory control groups of version 1 that hold one command and nothing else.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

const MOUNT: &str = "/sys/fs/cgroup/memory";

/// A control group, not necessarily of our making.
pub struct Group {
    folder: PathBuf,
}

impl Group {
    pub fn entrance_path(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    /// A process that writes `0` to it enters the group.
    pub fn entrance(&self) -> Result<File, String> {
        let path = self.entrance_path();
        let file = OpenOptions::new().write(true).open(&path);
        file.map_err(|error| format!("{}: {error}", path.display()))
    }

    pub fn processes(&self) -> Vec<u32> {
        let text = fs::read_to_string(self.entrance_path()).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Page cache included. Nothing once the group is removed.
    pub fn max_usage(&self) -> Option<u64> {
        let text = fs::read_to_string(self.folder.join("memory.max_usage_in_bytes")).ok()?;
        text.trim().parse().ok()
    }

    pub fn charges(&self) -> Result<Charges, String> {
        let path = self.folder.join("memory.stat");
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Charges {
            file,
            text: Cell::new(vec![0; 8 << 10]),
        })
    }

    /// The groups below it.
    pub fn below(&self) -> Vec<Self> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let groups = folders.map(|entry| Self {
            folder: entry.path(),
        });
        groups.collect()
    }

    fn all_processes(&self) -> Vec<u32> {
        let mut processes = self.processes();
        processes.extend(self.below().iter().flat_map(Self::all_processes));
        processes
    }

    fn remove(&self) -> io::Result<()> {
        for below in self.below() {
            below.remove()?;
        }
        fs::remove_dir(&self.folder)
    }
}

/// A group of this process's making, with all below it. They are removed on drop.
pub struct OwnGroup {
    group: Group,
}

impl OwnGroup {
    /// Makes a child of the group that this process is in.
    pub fn create() -> Result<Self, String> {
        let parent = parent_group()?;
        for number in 1.. {
            let folder = parent.join(format!("memtop-bench-{}-{number}", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => {
                    let group = Group { folder };
                    return Ok(Self { group });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("{}: {error}", folder.display())),
            }
        }
        unreachable!("the numbers do not end")
    }

    /// A group below it that processes of every user may enter.
    pub fn create_open_group(&self) -> Result<Group, String> {
        let group = Group {
            folder: self.group.folder.join("command"),
        };
        fs::create_dir(&group.folder)
            .and_then(|()| {
                fs::set_permissions(group.entrance_path(), Permissions::from_mode(0o666))
            })
            .map_err(|error| format!("{}: {error}", group.folder.display()))?;
        Ok(group)
    }

    pub fn group(&self) -> &Group {
        &self.group
    }

    pub fn is_empty(&self) -> bool {
        self.group.all_processes().is_empty()
    }

    pub fn kill(&self) {
        for _ in 0..100 {
            let processes = self.group.all_processes();
            if processes.is_empty() {
                return;
            }
            for pid in processes {
                // SAFETY: kill(2) touches no memory, and only the command is in the group.
                unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for OwnGroup {
    fn drop(&mut self) {
        self.kill();
        // The last process may not quite be gone.
        for _ in 0..200 {
            if self.group.remove().is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        eprintln!("memtop-bench: {} stays", self.group.folder.display());
    }
}

/// What the group is charged for, read over and over.
pub struct Charges {
    file: File,
    text: Cell<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    pub anonymous: u64,
    /// Pages of files and shared memory that some process has mapped.
    pub mapped: u64,
}

impl Charges {
    pub fn read(&self) -> Option<Charged> {
        let mut text = self.text.take();
        let length = self.file.read_at(&mut text, 0).unwrap_or(0);
        let charged = charged(&text[..length]);
        self.text.set(text);
        charged
    }
}

/// By a memory.stat: `rss` is anonymous memory there, and `total` has that of groups below.
fn charged(stat: &[u8]) -> Option<Charged> {
    let text = std::str::from_utf8(stat).ok()?;
    let value = |key: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.parse().ok())
    };
    Some(Charged {
        anonymous: value("total_rss")?,
        mapped: value("total_mapped_file")?,
    })
}

fn parent_group() -> Result<PathBuf, String> {
    let refusal = |reason: &str| format!("the truth cannot be measured here: {reason}");
    // SAFETY: geteuid(2) cannot fail and touches no memory.
    if unsafe { libc::geteuid() } != 0 {
        return Err(refusal("only root can make control groups"));
    }
    let text = fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
    let path = memory_path(&text)
        .ok_or_else(|| refusal("there is no memory controller of cgroup version 1"))?;
    // In a container the mount shows the group itself at its top.
    let nested = Path::new(MOUNT).join(path.trim_start_matches('/'));
    [nested, PathBuf::from(MOUNT)]
        .into_iter()
        .find(|folder| folder.join("cgroup.procs").exists())
        .ok_or_else(|| refusal("cgroup version 1 is not mounted at its usual place"))
}

/// Where `/proc/self/cgroup` says this process is, as to memory.
fn memory_path(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers
            .split(',')
            .any(|name| name == "memory")
            .then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_may_hold_colons() {
        let text = "9:name=systemd:/\n4:cpu,memory:/a:b\n0::/other\n";
        assert_eq!(memory_path(text), Some("/a:b"));
    }

    #[test]
    fn version_2_has_no_memory_path() {
        assert_eq!(memory_path("0::/user.slice\n"), None);
    }

    #[test]
    fn charges_are_those_of_the_group_and_those_below_it() {
        let stat = b"rss 1\ntotal_rss 4096\ntotal_rss_huge 5\ntotal_mapped_file 8192\n";
        let expected = Charged {
            anonymous: 4096,
            mapped: 8192,
        };
        assert_eq!(charged(stat), Some(expected));
        assert_eq!(charged(b"total_rss 4096\n"), None);
    }
}
