//! Real processes for tests, and the inspectors that look at them.

// Each test file is a program of its own and needs only some of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use memtop_proc::native::{NativeInspector, ProcRoot};
use memtop_proc::{Inspector, MockInspector, ProcessRecord, SysinfoInspector};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Higher than any pid can be (`PID_MAX_LIMIT` in the kernel's `include/linux/threads.h`).
pub const UNUSED_PID: u32 = 4_194_305;

/// An inspector on trial. A mock shows a copy of the real processes as they were last.
pub struct World {
    inspector: Box<dyn Inspector>,
    copy: Option<(MockInspector, NativeInspector)>,
}

impl World {
    pub fn native() -> Self {
        Self {
            inspector: Box::new(native_inspector()),
            copy: None,
        }
    }

    pub fn sysinfo() -> Self {
        Self {
            inspector: Box::new(SysinfoInspector::new()),
            copy: None,
        }
    }

    pub fn mock() -> Self {
        let mock = MockInspector::new();
        Self {
            inspector: Box::new(mock.clone()),
            copy: Some((mock, native_inspector())),
        }
    }

    pub fn is_mock(&self) -> bool {
        self.copy.is_some()
    }

    /// The inspector, which sees the processes that are there now.
    pub fn now(&self) -> &dyn Inspector {
        if let Some((mock, real)) = &self.copy {
            mock.clear();
            for record in real.list().unwrap() {
                mock.add(record);
            }
        }
        self.as_before()
    }

    /// The inspector; a mock sees what it saw last, and what has been done to that.
    pub fn as_before(&self) -> &dyn Inspector {
        &*self.inspector
    }

    /// The record of a process, once it meets the condition.
    pub fn wait_for(&self, pid: u32, is_wanted: impl Fn(&ProcessRecord) -> bool) -> ProcessRecord {
        until("the process to meet the condition", || {
            let record = self.find(pid);
            record.filter(&is_wanted)
        })
    }

    pub fn find(&self, pid: u32) -> Option<ProcessRecord> {
        let records = self.now().list().unwrap();
        records.into_iter().find(|record| record.id.pid == pid)
    }
}

fn native_inspector() -> NativeInspector {
    NativeInspector::new(ProcRoot::system().unwrap())
}

/// A shell that ends with its test, and so does everything in its group and all that it has named.
pub struct Shell {
    pub child: Child,
    /// Kept open: a shell that reads from it waits.
    pub stdin: Option<ChildStdin>,
    /// The pids that it has printed.
    pub pids: Vec<u32>,
}

impl Shell {
    /// Runs a script up to the line `ready`. Numbers in lines before that are pids.
    pub fn start(script: &str) -> Self {
        Self::start_in(Path::new("/"), script)
    }

    pub fn start_in(folder: &Path, script: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(folder);
        Self::spawn(command)
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Some shells report there that their children were ended.
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let pids = output
            .lines()
            .map_while(Result::ok)
            .take_while(|line| line != "ready")
            .filter_map(|line| line.trim().parse().ok())
            .collect();
        Self {
            stdin: child.stdin.take(),
            child,
            pids,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It has not been waited for yet, or its group is empty: the numbers are still its own.
        if self.child.try_wait().is_ok_and(|end| end.is_none()) {
            let _ = kill_process_group(pid(self.pid()), Signal::KILL);
        }
        let _ = self.child.wait();
        for named in &self.pids {
            let _ = kill_process(pid(*named), Signal::KILL);
        }
    }
}

fn pid(number: u32) -> Pid {
    i32::try_from(number)
        .ok()
        .and_then(Pid::from_raw)
        .expect("it is a pid")
}

/// Asks until there is an answer.
pub fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process has ended, be it as a zombie.
pub fn has_ended(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}
