//! Events of the kernel, of real processes.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::native::NativeObserver;
use memtop_sampler::{Interval, Metric, SamplerThread};
use memtop_trace::KernelEvents;

#[test]
fn short_processes_are_all_seen_and_measured() {
    let observer = NativeObserver::of_this_machine().unwrap();
    let sampler = SamplerThread::start(
        observer,
        Interval::Fixed(Duration::from_secs(1)),
        Metric::Auto,
    );
    let sampler = Arc::new(sampler.unwrap());
    let events = KernelEvents::start(&sampler).unwrap();
    let mut child = Command::new("sh")
        .args([
            "-c",
            "read x; for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done",
        ])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let hold = events.follow(child.id());
    let task = sampler.add_task(child.id()).unwrap();
    drop(hold);
    drop(child.stdin.take());
    child.wait().unwrap();
    let record = sampler.remove_task(task).unwrap();
    panic!(
        "CHILD {} SEEN {} found {} unmeasured {}",
        child.id(),
        record.seen,
        record.found,
        record.unmeasured
    );
}
