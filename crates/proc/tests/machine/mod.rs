//! A machine of files: the text of `/proc` and a tree for the mounts of control groups.

// Each test file is a program of its own and needs only some of this.
#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;

use memtop_proc::native::ProcRoot;
use memtop_proc::native::cgroup::{Cgroup, Cgroups, RunCgroup, RunCgroupError, Version};
use tempfile::TempDir;

pub const V1_MOUNT: &str =
    "35 31 0:32 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n";
pub const V2_MOUNT: &str =
    "31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
pub const V2_TOP: &str = "sys/fs/cgroup";

/// A machine whose `/proc/self` says what a test wants it to.
pub struct Machine(TempDir);

impl Machine {
    pub fn new(cgroup: &str, mountinfo: &str) -> Self {
        let machine = Self(TempDir::new().expect("a temporary folder"));
        machine.write("proc/self/cgroup", cgroup);
        machine.write("proc/self/mountinfo", mountinfo);
        machine
    }

    /// With the unified hierarchy alone, and this process in a group of it.
    pub fn v2(group: &str) -> Self {
        let machine = Self::new(&format!("0::/{group}\n"), V2_MOUNT);
        machine.group(V2_TOP, &[("cgroup.controllers", "cpu memory pids\n")]);
        machine.group(&format!("{V2_TOP}/{group}"), &[]);
        machine
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is below the folder")).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A group with the files that it has.
    pub fn group(&self, path: &str, files: &[(&str, &str)]) {
        self.write(&format!("{path}/cgroup.procs"), "");
        for (name, text) in files {
            self.write(&format!("{path}/{name}"), text);
        }
    }

    pub fn proc(&self) -> ProcRoot {
        ProcRoot::open(self.path("proc")).unwrap()
    }

    pub fn cgroups(&self) -> Cgroups {
        Cgroups::at(self.proc(), self.0.path())
    }

    pub fn own(&self) -> Cgroup {
        self.cgroups().own().expect("the group is there")
    }

    pub fn assert_own(&self, version: Version, directory: &str) {
        let own = self.own();
        assert_eq!(own.version(), version);
        assert_eq!(own.directory(), self.path(directory));
    }

    pub fn refusal(&self) -> RunCgroupError {
        RunCgroup::create(&self.cgroups(), "run").expect_err("there can be no group")
    }
}
