//! A memory control group of version 1 that holds one command and nothing else.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

const MOUNT: &str = "/sys/fs/cgroup/memory";

/// It is removed on drop.
pub struct MemoryGroup {
    folder: PathBuf,
}

impl MemoryGroup {
    /// Makes a child of the group that this process is in.
    pub fn create() -> Result<Self, String> {
        let parent = own_group()?;
        for number in 1.. {
            let folder = parent.join(format!("memtop-bench-{}-{number}", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Self { folder }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("{}: {error}", folder.display())),
            }
        }
        unreachable!("the numbers do not end")
    }

    /// Whoever writes `0` to it is in the group.
    pub fn entrance(&self) -> Result<File, String> {
        let path = self.folder.join("cgroup.procs");
        let file = OpenOptions::new().write(true).open(&path);
        file.map_err(|error| format!("{}: {error}", path.display()))
    }

    pub fn processes(&self) -> Vec<u32> {
        let text = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Page cache included.
    pub fn max_usage(&self) -> Result<u64, String> {
        let path = self.folder.join("memory.max_usage_in_bytes");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let number = text.trim().parse();
        number.map_err(|_| format!("{} holds no number: {text:?}", path.display()))
    }

    pub fn anonymous(&self) -> Result<AnonymousMemory, String> {
        let path = self.folder.join("memory.stat");
        let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(AnonymousMemory {
            file,
            text: Cell::new(vec![0; 8 << 10]),
        })
    }

    pub fn kill(&self) {
        for _ in 0..100 {
            let processes = self.processes();
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

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        self.kill();
        // The last process may not quite be gone.
        for _ in 0..200 {
            if fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        eprintln!("memtop-bench: {} stays", self.folder.display());
    }
}

/// What the group is charged for anonymous memory, read over and over.
pub struct AnonymousMemory {
    file: File,
    text: Cell<Vec<u8>>,
}

impl AnonymousMemory {
    pub fn bytes(&self) -> Option<u64> {
        let mut text = self.text.take();
        let length = self.file.read_at(&mut text, 0).unwrap_or(0);
        let bytes = total_rss(&text[..length]);
        self.text.set(text);
        bytes
    }
}

/// Of a memory.stat: `rss` is anonymous memory there, and `total` has that of groups below.
fn total_rss(stat: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(stat).ok()?;
    let value = |line: &str| line.strip_prefix("total_rss ")?.parse().ok();
    text.lines().find_map(value)
}

fn own_group() -> Result<PathBuf, String> {
    let refusal = |reason: &str| format!("the truth cannot be measured here: {reason}");
    // SAFETY: geteuid(2) cannot fail and touches no memory.
    if unsafe { libc::geteuid() } != 0 {
        return Err(refusal("control groups are made by root only"));
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
    fn anonymous_memory_is_that_of_the_group_and_those_below_it() {
        let stat = b"cache 0\nrss 1\nrss_huge 2\ntotal_cache 3\ntotal_rss 4096\ntotal_rss_huge 5\n";
        assert_eq!(total_rss(stat), Some(4096));
        assert_eq!(total_rss(b"cache 0\n"), None);
    }
}
