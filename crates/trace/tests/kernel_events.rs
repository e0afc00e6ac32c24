//! Real processes, followed by events of the kernel.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use memtop_proc::native::NativeObserver;
use memtop_sampler::{Interval, Metric, SamplerThread, SharedSampler, TaskId, TaskRecord};
use memtop_testing::skip;
use memtop_trace::{KernelEvents, probe_kernel_events};

const MB: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(30);
/// No process here is found by a regular sample.
const SELDOM: Interval = Interval::Fixed(Duration::from_secs(10));

/// A shell that waits for a line before it runs a script.
struct Waiting(Child);

impl Waiting {
    fn new(script: &str) -> Self {
        let script = format!("read line; {script}");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).stdin(Stdio::piped());
        Self(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    fn run(&mut self) {
        self.0.stdin.take().unwrap().write_all(b"\n").unwrap();
    }

    /// Waits until the script prints a line.
    fn until_a_line(&mut self) {
        let output = self.0.stdout.take().unwrap();
        BufReader::new(output)
            .read_line(&mut String::new())
            .unwrap();
    }

    fn wait(&mut self) {
        assert!(self.0.wait().unwrap().success());
    }
}

struct Followed {
    sampler: SharedSampler,
    events: KernelEvents,
    task: TaskId,
}

impl Followed {
    fn new(pid: u32) -> Self {
        let observer = NativeObserver::of_this_machine().unwrap();
        let sampler = Arc::new(SamplerThread::start(observer, SELDOM, Metric::Auto).unwrap());
        let events = KernelEvents::start(&sampler).unwrap();
        let hold = events.follow_tree(pid).unwrap();
        let task = sampler.add_task(pid).unwrap();
        drop(hold);
        Self {
            sampler,
            events,
            task,
        }
    }

    fn pids(&self) -> Vec<u32> {
        self.sampler.pids(self.task)
    }

    fn until(&self, what: &str, is_met: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_met(self) {
            assert!(start.elapsed() < PATIENCE, "waited for {what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn end(self) -> TaskRecord {
        assert_eq!(self.events.losses(), 0);
        self.sampler.remove_task(self.task).unwrap()
    }
}

/// Whether the kernel sends process events here, with the peaks of ended processes.
fn are_sent() -> bool {
    match probe_kernel_events() {
        Ok(None) => true,
        Ok(Some(reason)) | Err(reason) => {
            skip("process-events", &reason);
            false
        }
    }
}

#[test]
fn processes_that_no_sample_sees_are_counted_and_measured() {
    if !are_sent() {
        return;
    }
    let mut shell = Waiting::new("for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done");
    let followed = Followed::new(shell.0.id());
    shell.run();
    shell.wait();
    let record = followed.end();
    assert_eq!((record.seen, record.found, record.unmeasured), (11, 0, 0));
}

#[test]
fn the_peak_of_a_process_that_is_gone_at_once_is_exact() {
    if !are_sent() {
        return;
    }
    let mut shell = Waiting::new("perl -e 'open Z, \"</dev/zero\"; sysread Z, $held, 90 << 20'");
    let followed = Followed::new(shell.0.id());
    shell.run();
    shell.wait();
    let record = followed.end();
    let bound = record.ceiling.bytes(None).unwrap();
    assert!((90 * MB..110 * MB).contains(&bound), "{bound}");
}

#[test]
fn a_process_that_loses_its_first_thread_is_followed_to_its_end() {
    if !are_sent() {
        return;
    }
    let program = "import ctypes, sys, threading\n\
                   threading.Thread(target=lambda: sys.stdin.read()).start()\n\
                   print(flush=True)\n\
                   ctypes.CDLL(None).pthread_exit(None)";
    let mut shell = Waiting::new(&format!("exec /usr/bin/python3 -c '{program}'"));
    let followed = Followed::new(shell.0.id());
    let mut input = shell.0.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    shell.until_a_line();
    let status = format!("/proc/{}/status", shell.0.id());
    followed.until("its first thread to end", |_| {
        std::fs::read_to_string(&status).unwrap().contains("zombie")
    });
    assert_eq!(followed.pids(), [shell.0.id()]);
    drop(input);
    shell.wait();
    followed.until("its end", |followed| followed.pids().is_empty());
}

#[test]
fn an_exec_by_another_thread_is_no_end() {
    if !are_sent() {
        return;
    }
    let program = "import os, threading, time\n\
                   threading.Thread(target=lambda: os.execvp(\"cat\", [\"cat\"])).start()\n\
                   time.sleep(60)";
    let mut shell = Waiting::new(&format!("exec /usr/bin/python3 -c '{program}'"));
    let followed = Followed::new(shell.0.id());
    let mut input = shell.0.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    let name = format!("/proc/{}/comm", shell.0.id());
    followed.until("the exec", |_| {
        std::fs::read_to_string(&name).is_ok_and(|name| name == "cat\n")
    });
    assert_eq!(followed.pids(), [shell.0.id()]);
    drop(input);
    shell.wait();
    let record = followed.end();
    assert_eq!((record.seen, record.unmeasured), (1, 0));
}

#[test]
fn what_a_running_tree_starts_later_is_reported() {
    if !are_sent() {
        return;
    }
    let script = "exec 3<&0; sh -c 'echo; read line; /bin/true; /bin/true' <&3 & wait";
    let mut shell = Waiting::new(script);
    let mut input = shell.0.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    shell.until_a_line();
    let followed = Followed::new(shell.0.id());
    assert_eq!(followed.pids().len(), 2);
    input.write_all(b"\n").unwrap();
    shell.wait();
    let record = followed.end();
    assert_eq!((record.seen, record.unmeasured), (4, 0));
}

#[test]
fn a_process_that_had_ended_before_its_tree_was_followed_is_no_member() {
    if !are_sent() {
        return;
    }
    let program = "$| = 1; exit if !fork; sleep 1 until `ps -o stat= --ppid $$` =~ /Z/; \
                   print qq(\\n); <STDIN>";
    let mut shell = Waiting::new(&format!("exec perl -e '{program}'"));
    let mut input = shell.0.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    shell.until_a_line();
    let followed = Followed::new(shell.0.id());
    assert_eq!(followed.pids(), [shell.0.id()]);
    drop(input);
    shell.wait();
}

#[test]
fn an_end_that_is_known_already_is_not_waited_for() {
    if !are_sent() {
        return;
    }
    let mut shell = Waiting::new("true");
    let followed = Followed::new(shell.0.id());
    assert_eq!(followed.pids(), [shell.0.id()]);
    followed.events.note_end(shell.0.id(), 0);
    assert_eq!(followed.pids(), [0; 0]);
    shell.run();
    shell.wait();
}
