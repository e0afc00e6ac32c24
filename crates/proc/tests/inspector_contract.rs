//! What every inspector must do, tried on each: Linux's own and the portable one with real
//! processes, and the mock with a copy of the same.

mod world;

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, id};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use memtop_proc::{Error, KillFailure, KillOptions, ProcessRecord, State};
use tempfile::TempDir;
use world::{Shell, UNUSED_PID, World, has_ended, until};

macro_rules! contract {
    ($($scenario:ident,)*) => {
        mod native {
            $(#[test] fn $scenario() { super::$scenario(&super::World::native()); })*
        }
        mod sysinfo {
            $(#[test] fn $scenario() { super::$scenario(&super::World::sysinfo()); })*
        }
        mod mock {
            $(#[test] fn $scenario() { super::$scenario(&super::World::mock()); })*
        }
    };
}

contract! {
    the_list_includes_itself_with_memory,
    a_process_is_found_by_its_working_directory,
    a_folder_that_only_begins_alike_does_not_match,
    a_folder_may_be_named_through_a_link,
    no_process_works_in_a_folder_that_does_not_exist,
    a_tree_holds_child_and_grandchild,
    a_tree_of_an_unknown_pid_is_empty,
    a_kill_asks_with_term,
    a_forced_kill_does_not_ask,
    a_kill_ends_all_descendants_and_no_other_process,
    an_unknown_pid_cannot_be_killed,
    a_process_that_has_the_pid_of_another_is_not_killed,
    a_zombie_has_nothing_left_to_kill,
    itself_and_the_first_process_are_not_killed,
    its_own_process_exists,
    an_unused_pid_does_not_exist,
    a_record_describes_a_process,
    fifty_threads_are_one_process,
    a_name_may_hold_anything,
    a_zombie_is_listed_as_such_and_has_no_memory,
    cpu_time_is_reported_for_busy_and_idle_processes,
}

const WAITS: &str = "echo ready; read line";
/// Three shells, one below the other; each prints its pid.
const THREE: &str = "echo $$; sh -c 'echo $$; sh -c \"echo \\$\\$; echo ready; read line\"; true'; \
                     true";

fn pids(records: &[ProcessRecord]) -> Vec<u32> {
    records.iter().map(|record| record.id.pid).collect()
}

fn in_folder(world: &World, folder: &Path) -> Vec<u32> {
    pids(&world.now().find_by_cwd(folder).unwrap())
}

fn kill(world: &World, pid: u32) -> Result<(u64, Vec<KillFailure>), Error> {
    let outcome = world.now().kill(pid, &KillOptions::default())?;
    Ok((outcome.killed, outcome.failed))
}

fn the_list_includes_itself_with_memory(world: &World) {
    let own = world.find(id()).expect("it lists itself");
    assert!(own.rss_bytes > 100_000, "{own:?}");
    let all = world.now().list().unwrap();
    assert!(all.is_sorted_by_key(|record| record.id.pid));
}

fn a_process_is_found_by_its_working_directory(world: &World) {
    let folder = TempDir::new().unwrap();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    let (here, there) = (
        Shell::start_in(folder.path(), WAITS),
        Shell::start_in(&below, WAITS),
    );
    let mut both = [here.pid(), there.pid()];
    both.sort_unstable();
    assert_eq!(in_folder(world, folder.path()), both);
    assert_eq!(in_folder(world, &below), [there.pid()]);
}

fn a_folder_that_only_begins_alike_does_not_match(world: &World) {
    let folder = TempDir::new().unwrap();
    let (one, other) = (folder.path().join("a"), folder.path().join("a-b"));
    fs::create_dir(&one).unwrap();
    fs::create_dir(&other).unwrap();
    let shell = Shell::start_in(&other, WAITS);
    assert_eq!(in_folder(world, &one), [0_u32; 0]);
    assert_eq!(in_folder(world, &other), [shell.pid()]);
}

fn a_folder_may_be_named_through_a_link(world: &World) {
    let folder = TempDir::new().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    let shell = Shell::start_in(&link, WAITS);
    assert_eq!(in_folder(world, &link), [shell.pid()]);
    assert_eq!(in_folder(world, &link.join("../real")), [shell.pid()]);
}

fn no_process_works_in_a_folder_that_does_not_exist(world: &World) {
    assert_eq!(in_folder(world, Path::new("/no/such/folder")), [0_u32; 0]);
    assert_eq!(in_folder(world, Path::new("")), [0_u32; 0]);
}

fn a_tree_holds_child_and_grandchild(world: &World) {
    let shell = Shell::start(THREE);
    let tree = world.now().tree(shell.pid()).unwrap();
    assert_eq!(pids(&tree), shell.pids[1..]);
    assert_eq!(tree[0].parent, shell.pid());
    assert_eq!(tree[1].parent, shell.pids[1]);
    assert_eq!(pids(&world.now().tree(shell.pids[2]).unwrap()), [0_u32; 0]);
    let own = pids(&world.now().tree(id()).unwrap());
    assert!(shell.pids.iter().all(|pid| own.contains(pid)), "{own:?}");
}

fn a_tree_of_an_unknown_pid_is_empty(world: &World) {
    for pid in [0, UNUSED_PID, u32::MAX] {
        assert!(world.now().tree(pid).unwrap().is_empty());
    }
}

fn a_kill_asks_with_term(world: &World) {
    let mut shell = Shell::start("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
    let (killed, failed) = kill(world, shell.pid()).unwrap();
    assert!(killed >= 1);
    assert_eq!(failed, []);
    if !world.is_mock() {
        assert_eq!(shell.child.wait().unwrap().code(), Some(7));
        let mut shell = Shell::start(WAITS);
        kill(world, shell.pid()).unwrap();
        let term = rustix::process::Signal::TERM.as_raw();
        assert_eq!(shell.child.wait().unwrap().signal(), Some(term));
    }
    assert!(!world.as_before().exists(shell.pid()).unwrap());
}

fn a_forced_kill_does_not_ask(world: &World) {
    let mut shell = Shell::start("trap 'exit 7' TERM; echo ready; read line");
    let options = KillOptions {
        force: true,
        ..KillOptions::default()
    };
    let outcome = world.now().kill(shell.pid(), &options).unwrap();
    assert_eq!((outcome.killed, outcome.failed), (1, Vec::new()));
    if !world.is_mock() {
        let kill = rustix::process::Signal::KILL.as_raw();
        assert_eq!(shell.child.wait().unwrap().signal(), Some(kill));
    }
    assert!(!world.as_before().exists(shell.pid()).unwrap());
}

fn a_kill_ends_all_descendants_and_no_other_process(world: &World) {
    let (shell, bystander) = (Shell::start(THREE), Shell::start(WAITS));
    assert_eq!(kill(world, shell.pid()).unwrap(), (3, Vec::new()));
    if !world.is_mock() {
        assert!(shell.pids.iter().all(|pid| has_ended(*pid)));
    }
    assert!(!has_ended(bystander.pid()));
    assert!(world.as_before().exists(bystander.pid()).unwrap());
}

fn an_unknown_pid_cannot_be_killed(world: &World) {
    for pid in [0, UNUSED_PID, u32::MAX] {
        let error = kill(world, pid).expect_err("no process has it");
        assert!(matches!(error, Error::ProcessNotFound { pid: reported } if reported == pid));
    }
}

fn a_process_that_has_the_pid_of_another_is_not_killed(world: &World) {
    let mut shell = Shell::start(WAITS);
    let started = world.find(shell.pid()).unwrap().id.started;
    let meant = |started| KillOptions {
        started: Some(started),
        ..KillOptions::default()
    };
    let error = world.now().kill(shell.pid(), &meant(started - 1));
    assert!(matches!(error, Err(Error::ProcessNotFound { .. })));
    assert!(shell.child.try_wait().unwrap().is_none(), "it still runs");
    let outcome = world.now().kill(shell.pid(), &meant(started)).unwrap();
    assert_eq!(outcome.killed, 1);
}

fn a_zombie_has_nothing_left_to_kill(world: &World) {
    let shell = zombie(world);
    assert_eq!(kill(world, shell.pid()).unwrap(), (0, Vec::new()));
}

fn itself_and_the_first_process_are_not_killed(world: &World) {
    for pid in [1, id(), std::os::unix::process::parent_id()] {
        let error = kill(world, pid).expect_err("it must stay");
        assert!(
            matches!(error, Error::KillFailed { pid: reported, .. } if reported == pid),
            "{error}"
        );
    }
}

fn its_own_process_exists(world: &World) {
    assert!(world.now().exists(id()).unwrap());
}

fn an_unused_pid_does_not_exist(world: &World) {
    for pid in [0, UNUSED_PID, u32::MAX] {
        assert!(!world.now().exists(pid).unwrap());
    }
}

fn a_record_describes_a_process(world: &World) {
    let folder = TempDir::new().unwrap();
    let cwd = folder.path().canonicalize().unwrap();
    let mut command = Command::new("sh");
    let arguments = ["-c", WAITS, "größe", "a b"];
    command.args(arguments).current_dir(&cwd);
    let shell = Shell::spawn(command);
    let record = world.wait_for(shell.pid(), |record| record.state == State::Sleeping);
    assert_eq!(record.parent, id());
    assert_eq!(record.name, "sh");
    assert_eq!(record.command[0], "sh");
    assert_eq!(record.command[1..], arguments);
    assert_eq!(record.cwd, Some(cwd));
    assert_eq!(record.user, Some(rustix::process::geteuid().as_raw()));
    assert!(
        (100_000..100_000_000).contains(&record.rss_bytes),
        "{record:?}"
    );
    let again = world.find(shell.pid()).unwrap();
    assert_eq!(again.id, record.id);
    assert!(record.id.started >= world.find(id()).unwrap().id.started);
}

fn fifty_threads_are_one_process(world: &World) {
    let end = Arc::new(Barrier::new(51));
    let threads: Vec<_> = (0..50)
        .map(|_| {
            let end = Arc::clone(&end);
            thread::spawn(move || end.wait())
        })
        .collect();
    let tasks: HashSet<u32> = fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| task.unwrap().file_name().to_str()?.parse().ok())
        .collect();
    assert!(tasks.len() > 50);

    let records = world.now().list().unwrap();
    let listed: Vec<u32> = pids(&records)
        .into_iter()
        .filter(|pid| tasks.contains(pid))
        .collect();
    assert_eq!(listed, [id()]);
    let thread = tasks.iter().copied().find(|task| *task != id()).unwrap();
    assert!(!world.as_before().exists(thread).unwrap());
    assert!(world.as_before().tree(thread).unwrap().is_empty());
    let error = world.as_before().kill(thread, &KillOptions::default());
    assert!(matches!(error, Err(Error::ProcessNotFound { .. })));

    end.wait();
    for thread in threads {
        assert!(thread.join().is_ok());
    }
}

fn a_name_may_hold_anything(world: &World) {
    for name in ["a) (b", ") S 1 1 1 (", "two\nlines", " ", "(((", ")))"] {
        let written = name.replace('\n', "\\n");
        let shell = Shell::start(&format!("printf '{written}' > /proc/$$/comm; {WAITS}"));
        let record = world.find(shell.pid()).expect(name);
        assert_eq!(record.name, name);
        assert_eq!(record.parent, id());
    }
}

fn a_zombie_is_listed_as_such_and_has_no_memory(world: &World) {
    let shell = zombie(world);
    let record = world.find(shell.pid()).expect("it is still listed");
    assert_eq!(record.rss_bytes, 0);
    assert_eq!(record.command, [""; 0]);
    assert_eq!(record.cwd, None);
    assert_eq!(record.parent, id());
    assert!(world.now().exists(shell.pid()).unwrap());
}

/// A process that has ended and is not reaped until it is dropped.
fn zombie(world: &World) -> Shell {
    let shell = Shell::start("echo ready");
    world.wait_for(shell.pid(), |record| record.state == State::Zombie);
    shell
}

fn cpu_time_is_reported_for_busy_and_idle_processes(world: &World) {
    let busy = Shell::start("echo ready; while :; do :; done");
    let idle = Shell::start(WAITS);
    world.wait_for(busy.pid(), |record| {
        record.cpu_percent.is_some_and(|percent| percent > 10.0)
    });
    let busy = world.find(busy.pid()).unwrap().cpu_percent.unwrap();
    assert!(busy < 120.0, "{busy} % of one thread");
    let idle = until("a figure of the idle one", || {
        thread::sleep(Duration::from_millis(20));
        world.find(idle.pid()).unwrap().cpu_percent
    });
    assert!(idle < 5.0, "{idle} % of an idle process");
}
