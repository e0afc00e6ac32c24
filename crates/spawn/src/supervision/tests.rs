use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use memtop_proc::native::NativeObserver;
use memtop_sampler::{Interval, Metric, SamplerThread, TaskHandle, Thresholds};

use super::{EndingThreads, Guarding, Phase, SettleOnDrop, Supervision, Tree, TreeControl};
use crate::outcome::{Reason, Stopped};
use crate::wait::identity;

const AN_HOUR: Duration = Duration::from_hours(1);
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that ignores TERM, and does so already.
fn stubborn() -> Child {
    let mut child = Command::new("sh")
        .args(["-c", "trap '' TERM; echo ready; exec sleep 300"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let output = child.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    child
}

fn control(child: &Child) -> TreeControl {
    TreeControl {
        ending_threads: Arc::new(EndingThreads::start().unwrap()),
        forwarding: None,
        group: None,
        tree: Tree {
            root: identity(child.id()),
            ..Tree::of_task(Err(&"a test".to_owned()))
        },
    }
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn ending_again_without_grace_hurries_and_the_first_reason_stands() {
    let mut child = stubborn();
    let supervision = Supervision::new(None, control(&child));
    supervision.end(Reason::Timeout, AN_HOUR);
    assert_eq!(supervision.ending(), Some(Reason::Timeout));
    supervision.end(Reason::Request, Duration::ZERO);
    let stopped = supervision.conclude().unwrap().stopped.unwrap();
    assert_eq!((stopped.reason, stopped.ended), (Reason::Timeout, 1));
    child.wait().unwrap();
}

#[test]
fn nothing_is_ended_once_the_supervision_is_over() {
    let child = stubborn();
    let supervision = Supervision::new(None, control(&child));
    assert!(supervision.conclude().unwrap().stopped.is_none());
    supervision.end(Reason::Request, Duration::ZERO);
    assert_eq!(supervision.ending(), None);
    assert!(supervision.conclude().is_none());
    // It has no way to end anything any more.
    assert!(supervision.state().control.is_none());
    end(child);
}

#[test]
fn a_part_ends_with_the_whole_and_for_its_reason() {
    let mut child = stubborn();
    let other = stubborn();
    let whole = Supervision::new(None, control(&child));
    let part = Supervision::new(Some(Arc::clone(&whole)), control(&other));
    whole.end(Reason::Guard, Duration::ZERO);
    part.end(Reason::Request, Duration::ZERO);
    let stopped = part.conclude().unwrap().stopped.unwrap();
    assert_eq!((stopped.reason, stopped.ended), (Reason::Guard, 0));
    assert_eq!(whole.conclude().unwrap().stopped.unwrap().ended, 1);
    child.wait().unwrap();
    end(other);
}

#[test]
fn a_part_can_be_ended_although_the_whole_is() {
    let child = stubborn();
    let mut other = stubborn();
    let whole = Supervision::new(None, control(&child));
    let part = Supervision::new(Some(Arc::clone(&whole)), control(&other));
    whole.end(Reason::Timeout, AN_HOUR);
    part.end_alone(Reason::Timeout, Duration::ZERO);
    assert_eq!(part.conclude().unwrap().stopped.unwrap().ended, 1);
    other.wait().unwrap();
    end(child);
}

#[test]
fn nothing_waits_while_survivors_are_ended_and_that_can_be_cut_short() {
    let mut child = stubborn();
    let supervision = Supervision::new(None, control(&child));
    let ending = Arc::clone(&supervision);
    let (ended, is_ended) = channel();
    std::thread::spawn(move || ended.send(ending.end_survivors(AN_HOUR).ended).unwrap());
    let (answered, is_answered) = channel();
    let asked = Arc::clone(&supervision);
    std::thread::spawn(move || {
        while !matches!(asked.state().phase, Phase::EndingSurvivors) {
            std::thread::yield_now();
        }
        assert_eq!(asked.limit_bytes(), None);
        asked.end(Reason::Request, AN_HOUR);
        assert_eq!(asked.ending(), None);
        asked.end(Reason::Request, Duration::ZERO);
        answered.send(()).unwrap();
    });
    is_answered.recv_timeout(PATIENCE).unwrap();
    assert_eq!(is_ended.recv_timeout(PATIENCE), Ok(1));
    // It is the command that has ended, and nothing that was ended for a reason.
    assert!(supervision.conclude().unwrap().stopped.is_none());
    child.wait().unwrap();
}

#[test]
fn processes_are_ended_while_the_sampler_cannot_go_on() {
    let mut child = stubborn();
    let observer = NativeObserver::of_this_machine().unwrap();
    let interval = Interval::Fixed(Duration::from_millis(5));
    let sampler = Arc::new(SamplerThread::start(observer, interval, Metric::Rss).unwrap());
    let task = sampler.add_task(child.id()).unwrap();
    let task = TaskHandle::new(sampler, task);
    let control = TreeControl {
        tree: Tree {
            root: identity(child.id()),
            ..Tree::of_task(Ok(&task))
        },
        ..control(&child)
    };
    let supervision = Supervision::new(None, control);
    let (gone, is_gone) = channel();
    let (answered, is_answered) = channel();
    let guarding = Guarding {
        thresholds: Thresholds {
            warn_bytes: None,
            limit_bytes: Some(1),
        },
        room: None,
        grace: Some(Duration::ZERO),
        since: Duration::ZERO,
    };
    // No sample is taken while an alarm is handled, which may be by the thread that asks for it.
    std::thread::spawn(move || {
        supervision.guard(guarding, move |_| {
            answered.send(is_gone.recv_timeout(PATIENCE)).unwrap();
        });
    });
    child.wait().unwrap();
    gone.send(()).unwrap();
    assert_eq!(is_answered.recv_timeout(PATIENCE).unwrap(), Ok(()));
}

#[test]
fn the_conclusion_comes_at_once_or_when_all_have_ended_and_once() {
    let (sender, conclusions) = channel();
    let conclude = |supervision: &Arc<Supervision>| {
        let sender = sender.clone();
        supervision.conclude_later(move |conclusion| sender.send(conclusion).unwrap());
    };
    let mut child = stubborn();
    let at_once = Supervision::new(None, control(&child));
    conclude(&at_once);
    assert!(conclusions.try_recv().unwrap().is_some());
    let later = Supervision::new(None, control(&child));
    later.end(Reason::Request, AN_HOUR);
    conclude(&later);
    conclude(&later);
    later.end(Reason::Request, AN_HOUR);
    assert!(conclusions.try_recv().is_err());
    later.end(Reason::Request, Duration::ZERO);
    let first = conclusions.recv_timeout(PATIENCE).unwrap();
    assert_eq!(first.unwrap().stopped.unwrap().ended, 1);
    assert!(conclusions.recv_timeout(PATIENCE).unwrap().is_none());
    child.wait().unwrap();
}

#[test]
fn a_fault_in_ending_leaves_no_caller_waiting() {
    let child = stubborn();
    let supervision = Supervision::new(None, control(&child));
    let ending = SettleOnDrop {
        supervision: Arc::clone(&supervision),
        stopped: Stopped::uncounted(Reason::Request),
    };
    let failed = catch_unwind(AssertUnwindSafe(move || {
        let _ending = ending;
        panic!("as a test");
    }));
    assert!(failed.is_err());
    assert!(supervision.conclude().unwrap().stopped.is_some());
    end(child);
}
