use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::{Enders, Ending, Means, Supervision, Tree, ended_with_others};
use crate::outcome::Reason;
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

fn means(child: &Child) -> Means {
    Means {
        enders: Arc::new(Enders::start().unwrap()),
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
    let supervision = Supervision::new(None, means(&child));
    supervision.end(Reason::Timeout, AN_HOUR);
    assert_eq!(supervision.ending(), Some(Reason::Timeout));
    supervision.end(Reason::Request, Duration::ZERO);
    let stopped = supervision.conclude().unwrap().stopped.unwrap();
    assert_eq!((stopped.reason, stopped.ended), (Reason::Timeout, 1));
    child.wait().unwrap();
}

#[test]
fn nothing_is_ended_once_the_supervision_is_over() {
    let mut child = stubborn();
    let supervision = Supervision::new(None, means(&child));
    assert!(supervision.conclude().unwrap().stopped.is_none());
    supervision.end(Reason::Request, Duration::ZERO);
    assert_eq!(supervision.ending(), None);
    assert!(supervision.conclude().is_none());
    assert_eq!(child.try_wait().unwrap(), None);
    end(child);
}

#[test]
fn a_part_ends_with_the_whole_and_for_its_reason() {
    let mut child = stubborn();
    let other = stubborn();
    let whole = Supervision::new(None, means(&child));
    let part = Supervision::new(Some(Arc::clone(&whole)), means(&other));
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
    let whole = Supervision::new(None, means(&child));
    let part = Supervision::new(Some(Arc::clone(&whole)), means(&other));
    whole.end(Reason::Timeout, AN_HOUR);
    part.end_alone(Reason::Timeout, Duration::ZERO);
    assert_eq!(part.conclude().unwrap().stopped.unwrap().ended, 1);
    other.wait().unwrap();
    end(child);
}

#[test]
fn callers_are_called_back_when_all_have_ended() {
    let mut child = stubborn();
    let supervision = Supervision::new(None, means(&child));
    let (settled, is_settled) = channel();
    let at_once = settled.clone();
    supervision.when_settled(move || at_once.send("at once").unwrap());
    assert_eq!(is_settled.try_recv(), Ok("at once"));
    supervision.end(Reason::Request, AN_HOUR);
    supervision.when_settled(move || settled.send("later").unwrap());
    assert!(is_settled.try_recv().is_err());
    supervision.end(Reason::Request, AN_HOUR);
    assert!(is_settled.try_recv().is_err());
    supervision.end(Reason::Request, Duration::ZERO);
    assert_eq!(is_settled.recv_timeout(PATIENCE), Ok("later"));
    child.wait().unwrap();
}

#[test]
fn a_fault_in_ending_leaves_no_caller_waiting() {
    let child = stubborn();
    let supervision = Supervision::new(None, means(&child));
    let ending = Ending {
        supervision: Arc::clone(&supervision),
        stopped: ended_with_others(Reason::Request),
    };
    let failed = catch_unwind(AssertUnwindSafe(move || {
        let _ending = ending;
        panic!("as a test");
    }));
    assert!(failed.is_err());
    assert!(supervision.conclude().unwrap().stopped.is_some());
    end(child);
}
