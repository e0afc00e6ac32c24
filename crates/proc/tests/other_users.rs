//! Processes of another user. As root, each test runs once more as the user nobody and looks at a
//! process of root's; as any other user it looks at the first process.
//!
//! The user nobody gets a separate `/proc`, since the machine's may hide other users' processes.

mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use memtop_proc::{Error, KillOptions, State};
use memtop_testing::skip;
use tempfile::TempDir;
use world::{Shell, World, has_ended};

const NOBODY: u32 = 65_534;
/// Mount options of a `/proc` that shows all processes, and of one that shows only a user's own.
const ALL_VISIBLE: &str = "hidepid=off";
const ONLY_OWN: &str = "hidepid=invisible";
/// Set for the run as the user nobody.
const ROOTS_PID: &str = "MEMTOP_TEST_ROOTS_PID";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn skip_without_root() {
    skip("root", "only root can run something as another user");
}

fn both() -> [World; 2] {
    [World::native(), World::sysinfo()]
}

/// Runs a test with the pid of another user's process.
fn with_process_of_another_user(test: &str, proc_options: &str, body: impl FnOnce(u32)) {
    if let Ok(pid) = std::env::var(ROOTS_PID) {
        body(pid.parse().unwrap());
    } else if is_root() {
        let roots = Shell::start("echo ready; read line");
        as_nobody(test, proc_options, roots.pid());
        assert!(!has_ended(roots.pid()));
    } else if proc_options == ALL_VISIBLE {
        body(1);
    } else {
        skip_without_root();
    }
}

/// Runs a test of this file as the user nobody, with a pid in its environment.
fn as_nobody(test: &str, proc_options: &str, pid: u32) {
    // The user nobody may lack access to the folder of this program.
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let copy = folder.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();

    let script = format!(
        "mount -t proc -o {proc_options} proc /proc && \
         exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups \"$@\""
    );
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", &script, "sh"])
        .arg(&copy)
        .args(["--exact", test, "--nocapture", "--include-ignored"])
        .env(ROOTS_PID, pid.to_string())
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn all_but_their_working_directory_is_visible() {
    with_process_of_another_user(
        "all_but_their_working_directory_is_visible",
        ALL_VISIBLE,
        |pid| {
            for world in both() {
                let record = world.find(pid).expect("it is visible");
                assert_eq!(record.cwd, None);
                assert_eq!(record.user, Some(0));
                assert!(record.rss_bytes > 0);
                assert!(!record.command.is_empty());
                let there = world.now().find_by_cwd(Path::new("/")).unwrap();
                assert!(there.iter().all(|record| record.id.pid != pid));
            }
        },
    );
}

#[test]
fn ending_them_is_not_permitted() {
    with_process_of_another_user("ending_them_is_not_permitted", ALL_VISIBLE, |pid| {
        if pid == 1 {
            // The first process is refused to any user.
            return;
        }
        for world in both() {
            let error = world.now().kill(pid, &KillOptions::default());
            let error = error.expect_err("it is root's");
            assert!(matches!(error, Error::PermissionDenied { pid: reported } if reported == pid));
            assert!(error.is_denied());
        }
    });
}

#[test]
fn hidden_processes_are_absent_without_an_error() {
    let test = "hidden_processes_are_absent_without_an_error";
    with_process_of_another_user(test, ONLY_OWN, |pid| {
        for world in both() {
            assert!(world.find(pid).is_none());
            assert!(!world.now().exists(pid).unwrap());
            assert!(world.find(std::process::id()).is_some());
            let error = world.now().kill(pid, &KillOptions::default());
            assert!(matches!(error, Err(Error::ProcessNotFound { .. })));
        }
    });
}

#[test]
fn a_child_of_another_user_is_reported_as_still_there() {
    if !is_root() {
        return skip_without_root();
    }
    // A process of the user nobody, with a child that is still root's.
    let script = "sh -c 'echo $$; echo ready; exec sleep 60' & \
                  exec setpriv --reuid 65534 --regid 65534 --clear-groups sleep 61";
    let shell = Shell::start(script);
    let world = World::native();
    world.wait_for(shell.pid(), |record| {
        record.user == Some(NOBODY) && record.name == "sleep"
    });
    as_nobody(
        "the_user_nobody_ends_its_own_process",
        ALL_VISIBLE,
        shell.pid(),
    );
    assert!(has_ended(shell.pid()));
    assert!(!has_ended(shell.pids[0]));
}

#[test]
#[ignore = "the test above runs it as another user"]
fn the_user_nobody_ends_its_own_process() {
    let Ok(pid) = std::env::var(ROOTS_PID) else {
        return;
    };
    let outcome = World::native()
        .now()
        .kill(pid.parse().unwrap(), &KillOptions::default())
        .unwrap();
    assert_eq!(outcome.killed, 1);
    assert_eq!(outcome.failed[0].reason, "it belongs to another user");
}

#[test]
fn root_sees_the_working_directory_of_others() {
    if !is_root() {
        return skip_without_root();
    }
    let mut command = Command::new("sh");
    command
        .args(["-c", "echo ready; read line"])
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir("/");
    let shell = Shell::spawn(command);
    for world in both() {
        let record = world.wait_for(shell.pid(), |record| record.state == State::Sleeping);
        assert_eq!(record.cwd.as_deref(), Some(Path::new("/")));
        assert_eq!(record.user, Some(NOBODY));
    }
}
