//! Ending runs of real processes that do not make it easy.

mod world;

use std::cell::{Cell, RefCell};
use std::env;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use memtop_proc::native::{EndRunOptions, EndRunOutcome, ProcRoot, end_run};
use memtop_proc::{KillOptions, ProcessId, ProcessRecord, State};
use memtop_testing::skip;
use tempfile::TempDir;
use world::{Shell, UNUSED_PID, World, has_ended, until};

const AN_HOUR: Duration = Duration::from_hours(1);

/// Set for a run of this file as another process, which may open few files.
const FEW_FILES: &str = "MEMTOP_TEST_FEW_FILES";

fn identity(pid: u32) -> ProcessId {
    World::native().find(pid).expect("it is there").id
}

fn end(
    grace: Duration,
    skip_grace: &dyn Fn() -> bool,
    mut members: impl FnMut() -> Vec<ProcessId>,
) -> EndRunOutcome {
    let root = ProcRoot::system().unwrap();
    let ended = end_run(
        &root,
        &mut members,
        None,
        &EndRunOptions { grace, skip_grace },
    );
    assert!(ended.scan_error.is_none(), "{ended:?}");
    ended
}

fn end_politely(members: &[ProcessId]) -> EndRunOutcome {
    end(AN_HOUR, &|| false, || members.to_vec())
}

fn end_by_force(members: &[ProcessId]) -> EndRunOutcome {
    end(Duration::ZERO, &|| false, || members.to_vec())
}

/// Processes with this working directory that have not ended.
fn left_in(folder: &Path) -> Vec<ProcessRecord> {
    let mut left = World::native().now().find_by_cwd(folder).unwrap();
    left.retain(|record| record.state != State::Zombie);
    left
}

#[test]
fn orphans_are_ended_when_they_are_named_and_only_then() {
    // Both lose their parent at once; one of them leaves the session, too.
    let script = "(sleep 60 & echo $!); (sleep 60 & echo $!); \
                  (setsid sh -c 'echo $$; echo ready; exec sleep 60' &); read line";
    let mut shell = Shell::start(script);
    let [stranger, first, second] = shell.pids[..] else {
        panic!("{:?}", shell.pids);
    };
    let record = World::native().find(first).unwrap();
    assert_ne!(record.parent, shell.pid());
    let members = [shell.pid(), first, second].map(identity);
    let ended = end_politely(&members);
    assert_eq!((ended.ended, &ended.failed[..]), (3, &[][..]));
    assert!(has_ended(first) && has_ended(second));
    assert!(!has_ended(stranger));
    assert_eq!(shell.child.wait().unwrap().signal(), Some(15));
}

#[test]
fn without_grace_no_process_gets_term() {
    let mut shell = Shell::start("trap 'exit 7' TERM; sleep 60 & echo ready; wait");
    let ended = end_by_force(&[identity(shell.pid())]);
    assert_eq!((ended.ended, ended.failed), (2, Vec::new()));
    assert_eq!(shell.child.wait().unwrap().signal(), Some(9));
}

#[test]
fn processes_started_during_the_grace_are_ended() {
    let folder = TempDir::new().unwrap();
    let script = "trap '' TERM; echo ready; read line; sleep 60 & (setsid sleep 60 &); wait";
    let mut shell = Shell::start_in(folder.path(), script);
    let members = [identity(shell.pid())];
    let stdin = RefCell::new(shell.stdin.take().expect("it is piped"));
    let was_asked = Cell::new(false);
    // Asked for the first time before anything is done, and for the second during the grace.
    let skip_grace = || {
        if was_asked.replace(true) {
            // The closed pipe reads as a line from then on.
            let _ = writeln!(stdin.borrow_mut());
        }
        left_in(folder.path()).len() == 3
    };
    let named = || {
        let all = left_in(folder.path()).into_iter().map(|record| record.id);
        if was_asked.get() {
            all.collect()
        } else {
            members.to_vec()
        }
    };
    let ended = end(AN_HOUR, &skip_grace, named);
    assert_eq!((ended.ended, ended.failed), (3, Vec::new()));
    assert_eq!(left_in(folder.path()), []);
}

#[test]
fn a_hurry_cuts_the_grace_short() {
    let mut shell = Shell::start("trap '' TERM; echo ready; read line");
    let looks = Cell::new(0);
    let skip_grace = || {
        looks.set(looks.get() + 1);
        looks.get() == 4
    };
    let members = [identity(shell.pid())];
    let ended = end(AN_HOUR, &skip_grace, || members.to_vec());
    assert_eq!((ended.ended, looks.get()), (1, 4));
    assert!(ended.took < AN_HOUR);
    assert_eq!(shell.child.wait().unwrap().signal(), Some(9));
}

#[test]
fn a_process_with_a_recycled_pid_is_left_alone() {
    let shell = Shell::start("echo ready; read line");
    let there = identity(shell.pid());
    let before = ProcessId {
        started: there.started - 1,
        ..there
    };
    let gone = ProcessId {
        pid: UNUSED_PID,
        started: 1,
    };
    for ended in [end_politely(&[before, gone]), end_by_force(&[before, gone])] {
        assert_eq!((ended.ended, ended.failed), (0, Vec::new()));
    }
    assert!(!has_ended(shell.pid()));
}

#[test]
fn a_run_that_is_over_takes_nothing() {
    let mut shell = Shell::start("echo ready; read line");
    let member = identity(shell.pid());
    shell.child.kill().unwrap();
    // As a zombie, and then reaped.
    until("its end", || has_ended(shell.pid()).then_some(()));
    assert_eq!(end_politely(&[member]).ended, 0);
    shell.child.wait().unwrap();
    assert_eq!(end_politely(&[member]).ended, 0);
    assert_eq!(end_politely(&[]).ended, 0);
}

#[test]
fn a_process_table_of_somewhere_else_is_not_acted_upon() {
    let shell = Shell::start("echo ready; read line");
    let member = identity(shell.pid());
    let folder = TempDir::new().unwrap();
    let root = ProcRoot::open(folder.path()).unwrap();
    let options = EndRunOptions {
        grace: Duration::ZERO,
        skip_grace: &|| false,
    };
    let ended = end_run(&root, &mut || vec![member], None, &options);
    assert_eq!(ended.failed[0].pid, shell.pid());
    assert!(ended.scan_error.is_some());
    assert!(!has_ended(shell.pid()));
}

/// Forks two processes that do the same, retries if that fails, and ignores TERM. Ends by itself
/// 20 s after the first one has started.
const BOMB: &str = r#"
    use Time::HiRes qw(sleep alarm time);
    $SIG{TERM} = "IGNORE";
    my $end = time + 20;
    sub live { alarm($end > time ? $end - time : 0.001) }
    live();
    $| = 1;
    print "ready\n";
    my $children = 0;
    while ($children < 2) {
        my $pid = fork;
        if (!defined $pid) { sleep 0.01 }
        elsif ($pid) { $children++ }
        else { live(); $children = 0 }
    }
    sleep 1 while 1;
"#;
const MOST_IN_A_BOMB: usize = 60;

/// A fork bomb with a user of its own, limited in processes and CPU time.
struct Bomb {
    user: u32,
    shell: Shell,
}

impl Bomb {
    /// `None` where it cannot be contained; the test is skipped then.
    fn start(user: u32) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip("root", "only root can run it as a user of its own");
            return None;
        }
        let mut command = Command::new("prlimit");
        command
            .arg(format!("--nproc={MOST_IN_A_BOMB}"))
            .args(["--cpu=20", "setpriv", "--clear-groups"])
            .arg(format!("--reuid={user}"))
            .arg(format!("--regid={user}"))
            .args(["perl", "-e", BOMB]);
        let bomb = Self {
            user,
            shell: Shell::spawn(command),
        };
        until("the bomb to be at its limit", || {
            (bomb.members().len() == MOST_IN_A_BOMB).then_some(())
        });
        Some(bomb)
    }

    fn members(&self) -> Vec<ProcessId> {
        let mut records = World::native().now().list().unwrap();
        records.retain(|record| record.user == Some(self.user) && record.state != State::Zombie);
        records.iter().map(|record| record.id).collect()
    }
}

#[test]
fn a_fork_bomb_that_ignores_term_is_dead_for_certain() {
    let Some(bomb) = Bomb::start(61_001) else {
        return;
    };
    let root = identity(bomb.shell.pid());
    let ended = end(Duration::from_millis(200), &|| false, || vec![root]);
    assert_eq!(ended.failed, []);
    assert!(ended.ended >= MOST_IN_A_BOMB as u64, "{ended:?}");
    assert_eq!(bomb.members(), []);
}

#[test]
fn a_fork_bomb_below_one_process_is_dead_for_certain() {
    let Some(bomb) = Bomb::start(61_002) else {
        return;
    };
    let options = KillOptions {
        grace: Duration::from_millis(200),
        ..KillOptions::default()
    };
    let outcome = World::native().now().kill(bomb.shell.pid(), &options);
    assert_eq!(outcome.unwrap().failed, []);
    assert_eq!(bomb.members(), []);
}

#[test]
fn a_fork_bomb_that_has_lost_its_first_process_is_dead_for_certain() {
    let Some(bomb) = Bomb::start(61_003) else {
        return;
    };
    let pid = i32::try_from(bomb.shell.pid()).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let ended = end(Duration::from_millis(200), &|| false, || bomb.members());
    assert_eq!(ended.failed, []);
    assert_eq!(bomb.members(), []);
}

#[test]
fn more_processes_than_files_may_be_open_are_ended() {
    if env::var_os(FEW_FILES).is_none() {
        let output = Command::new("prlimit")
            .arg("--nofile=40")
            .arg(env::current_exe().unwrap())
            .args(["more_processes_than_files_may_be_open_are_ended", "--exact"])
            .env(FEW_FILES, "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        return;
    }
    for trap in ["", "trap '' TERM; "] {
        let folder = TempDir::new().unwrap();
        let script = format!("{trap}for i in $(seq 100); do sleep 60 & done; echo ready; wait");
        let shell = Shell::start_in(folder.path(), &script);
        let members = [identity(shell.pid())];
        // Where they end when they are asked, nothing hurries them.
        let skip_grace = || !trap.is_empty();
        let ended = end(AN_HOUR, &skip_grace, || members.to_vec());
        assert_eq!((ended.ended, ended.failed), (101, Vec::new()));
        assert_eq!(left_in(folder.path()), []);
    }
}

/// Not a test of its own: it prints how long the end takes once the grace is over.
#[test]
#[ignore = "it measures"]
fn fifty_that_ignore_term_are_gone_soon_after_the_grace() {
    for _ in 0..10 {
        let script = "trap '' TERM; for i in $(seq 49); do sleep 60 & done; echo ready; wait";
        let shell = Shell::start(script);
        let members = [identity(shell.pid())];
        let grace = Duration::from_millis(200);
        let ended = end(grace, &|| false, || members.to_vec());
        assert_eq!((ended.ended, ended.failed), (50, Vec::new()));
        let others = World::native().now().list().unwrap().len();
        let took = ended.took.checked_sub(grace).unwrap();
        println!("{took:?} after the grace, beside {others} others");
    }
}
