//! Ending real processes that do not make it easy.

mod world;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::thread;
use std::time::Duration;

use memtop_proc::native::{NativeInspector, ProcRoot};
use memtop_proc::{Error, Inspector, KillOptions, ProcessRecord, State};
use tempfile::TempDir;
use world::{Shell, World, has_ended, until};

/// Longer than any test may take.
const AN_HOUR_MS: u64 = 3_600_000;

fn within(grace_ms: u64) -> KillOptions {
    KillOptions {
        grace: Duration::from_millis(grace_ms),
        ..KillOptions::default()
    }
}

fn forced() -> KillOptions {
    KillOptions {
        force: true,
        ..KillOptions::default()
    }
}

fn both() -> [World; 2] {
    [World::native(), World::sysinfo()]
}

fn was_killed(shell: &mut Shell) -> bool {
    let signal = shell.child.wait().unwrap().signal();
    signal == Some(rustix::process::Signal::KILL.as_raw())
}

#[test]
fn a_process_that_ignores_term_is_killed_after_the_grace() {
    for world in both() {
        let mut shell = Shell::start("trap '' TERM; echo ready; read line");
        let outcome = world.now().kill(shell.pid(), &within(300)).unwrap();
        assert_eq!((outcome.killed, outcome.failed), (1, Vec::new()));
        assert!(was_killed(&mut shell));
    }
}

#[test]
fn a_process_that_ends_within_the_grace_is_not_killed() {
    for world in both() {
        let folder = TempDir::new().unwrap();
        let script = "trap ': > asked; until [ -e go ]; do sleep 0.01; done; exit 7' TERM; \
                      echo ready; read line";
        let mut shell = Shell::start_in(folder.path(), script);
        let world = world.now();
        thread::scope(|scope| {
            let killing = scope.spawn(|| world.kill(shell.pid(), &within(AN_HOUR_MS)).unwrap());
            until("it to be asked", || {
                folder.path().join("asked").exists().then_some(())
            });
            fs::write(folder.path().join("go"), "").unwrap();
            let outcome = killing.join().unwrap();
            assert_eq!(outcome.failed, Vec::new());
        });
        assert_eq!(shell.child.wait().unwrap().code(), Some(7));
    }
}

#[test]
fn a_shell_does_not_run_its_next_command() {
    for world in both() {
        let folder = TempDir::new().unwrap();
        for round in 0..20 {
            let marker = folder.path().join(round.to_string());
            let script = format!("sh -c 'echo ready; read line'; : > {}", marker.display());
            let shell = Shell::start(&script);
            world.now().kill(shell.pid(), &within(5_000)).unwrap();
            assert!(!marker.exists());
        }
    }
}

#[test]
fn a_kill_returns_once_all_have_ended() {
    for world in both() {
        let shell = Shell::start("echo ready; read line");
        world.now().kill(shell.pid(), &within(AN_HOUR_MS)).unwrap();
        assert!(has_ended(shell.pid()));
    }
}

#[test]
fn a_stopped_process_is_ended_as_well() {
    for world in both() {
        let mut shell = Shell::start("trap 'exit 7' TERM; echo ready; kill -STOP $$; read line");
        world.wait_for(shell.pid(), |record| record.state == State::Stopped);
        world.now().kill(shell.pid(), &within(30_000)).unwrap();
        assert_eq!(shell.child.wait().unwrap().code(), Some(7));
    }
}

#[test]
fn a_descendant_in_a_session_of_its_own_is_ended_as_well() {
    for world in both() {
        let shell = Shell::start("setsid sh -c 'echo $$; echo ready; read line' & wait");
        let outcome = world.now().kill(shell.pid(), &within(5_000)).unwrap();
        assert_eq!(outcome.failed, []);
        assert!(has_ended(shell.pids[0]));
    }
}

#[test]
fn a_tree_that_keeps_forking_is_ended_completely() {
    for world in both() {
        let folder = TempDir::new().unwrap();
        let forks = "trap '' TERM; for i in $(seq 500); do sleep 5 & sleep 0.001; done; wait";
        let script = format!("({forks}) & echo ready; {forks}");
        let shell = Shell::start_in(folder.path(), &script);
        until("some of them to be there", || {
            (world.now().tree(shell.pid()).unwrap().len() > 20).then_some(())
        });
        let outcome = world.now().kill(shell.pid(), &forced()).unwrap();
        assert!(outcome.killed > 20);
        assert_eq!(outcome.failed, []);
        // An orphan would still work there.
        let is_left = |record: &ProcessRecord| record.state != State::Zombie;
        let left = world.now().find_by_cwd(folder.path()).unwrap();
        assert!(!left.iter().any(is_left), "{left:?}");
    }
}

#[test]
fn what_is_started_in_answer_to_term_is_ended_as_well() {
    for world in both() {
        let folder = TempDir::new().unwrap();
        let script = "trap 'sleep 61 & wait; sleep 62 & wait' TERM; echo ready; read line; wait";
        let shell = Shell::start_in(folder.path(), script);
        world.now().kill(shell.pid(), &within(300)).unwrap();
        until("no process to be left", || {
            let left = world.now().find_by_cwd(folder.path()).unwrap();
            left.is_empty().then_some(())
        });
    }
}

#[test]
fn a_hundred_processes_are_ended_and_no_descriptor_stays() {
    let world = World::native();
    let shell = Shell::start("for i in $(seq 100); do sleep 60 & done; echo ready; wait");
    world.wait_for(shell.pid(), |record| record.rss_bytes > 0);
    let outcome = world.now().kill(shell.pid(), &within(5_000)).unwrap();
    assert_eq!((outcome.killed, outcome.failed), (101, Vec::new()));
    let pidfds = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|fd| fs::read_link(fd.unwrap().path()).ok())
        .filter(|target| target.to_string_lossy().contains("pidfd"))
        .count();
    // Other tests of this file run beside this one and hold some of their own.
    assert!(pidfds < 100, "{pidfds}");
}

#[test]
fn the_kernels_own_cannot_be_ended() {
    for world in both() {
        let records = world.now().list().unwrap();
        // In a container there are none to be seen.
        if records
            .iter()
            .any(|record| record.id.pid == 2 && record.name == "kthreadd")
        {
            let error = world.now().kill(2, &forced()).expect_err("it must stay");
            assert_eq!(
                error.to_string(),
                "process 2 was not ended: it is a part of the kernel"
            );
        }
    }
}

#[test]
fn a_process_table_of_somewhere_else_is_not_acted_upon() {
    let folder = TempDir::new().unwrap();
    let inspector = NativeInspector::new(ProcRoot::open(folder.path()).unwrap());
    let shell = Shell::start("echo ready; read line");
    let error = inspector
        .kill(shell.pid(), &forced())
        .expect_err("not its own");
    assert!(matches!(error, Error::KillFailed { .. }), "{error}");
    assert!(!has_ended(shell.pid()));
}

#[test]
fn an_empty_process_table_is_an_error_that_names_it() {
    let folder = TempDir::new().unwrap();
    let inspector = NativeInspector::new(ProcRoot::open(folder.path()).unwrap());
    let path = folder.path().display();
    for error in [
        inspector.list().expect_err("it is empty"),
        inspector.tree(1).expect_err("it is empty"),
    ] {
        assert_eq!(error.to_string(), format!("{path}: it lists no process"));
    }
}
