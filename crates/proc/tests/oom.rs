//! Evidence of the OOM killer, on fixtures and by real kills.

mod machine;

use std::env;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio, id};

use machine::{Machine, V1_MOUNT};
use memtop_proc::native::cgroup::{Cgroups, RunCgroup, Version};
use memtop_proc::native::{OomEvidence, OomWatch};
use memtop_testing::skip;

const MB: usize = 1024 * 1024;

/// Makes a process that is this file again allocate 300 MB.
const HELPER: &str = "MEMTOP_TEST_ALLOCATES";

fn watch(machine: &Machine) -> OomWatch {
    OomWatch::start_at(Some(machine.proc()), Some(&machine.cgroups()))
}

fn vmstat(machine: &Machine, kills: u64) {
    let text = format!("nr_free_pages 1\noom_kill_x 77\noom_kill {kills}\nthp_zero 3\n");
    machine.write("proc/vmstat", &text);
}

#[test]
fn only_kills_since_the_start_are_reported() {
    let machine = Machine::v2("a/b");
    let kills = |group: &str, kills: u64| {
        let text = format!("oom 9\noom_kill {kills}\noom_group_kill 0\n");
        machine.group(
            &format!("sys/fs/cgroup/{group}"),
            &[("memory.events", &text)],
        );
    };
    vmstat(&machine, 5);
    kills("a", 3);
    kills("a/b", 1);
    let watch = watch(&machine);
    let nothing = OomEvidence {
        machine_kills: Some(0),
        group_kills: Vec::new(),
    };
    assert_eq!(watch.since(), nothing);
    assert!(watch.since().is_none());
    vmstat(&machine, 7);
    kills("a", 4);
    assert_eq!(
        watch.since(),
        OomEvidence {
            machine_kills: Some(2),
            group_kills: vec![(machine.path("sys/fs/cgroup/a"), 1)],
        }
    );
    kills("a/b", 2);
    let groups: Vec<_> = ["a/b", "a"]
        .map(|group| (machine.path(&format!("sys/fs/cgroup/{group}")), 1))
        .into();
    assert_eq!(watch.since().group_kills, groups, "the lowest first");
    assert!(!watch.since().is_none());
}

#[test]
fn version_1_is_read_by_its_own_file() {
    let machine = Machine::new("4:memory:/a\n", V1_MOUNT);
    let kills = |kills: u64| {
        let text = format!("oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n");
        machine.group("sys/fs/cgroup/memory/a", &[("memory.oom_control", &text)]);
    };
    kills(2);
    let watch = watch(&machine);
    kills(4);
    assert_eq!(
        watch.since(),
        OomEvidence {
            machine_kills: None,
            group_kills: vec![(machine.path("sys/fs/cgroup/memory/a"), 2)],
        }
    );
}

#[test]
fn without_a_count_at_the_start_nothing_is_claimed() {
    let machine = Machine::v2("a");
    let watch = watch(&machine);
    vmstat(&machine, 1);
    assert_eq!(watch.since(), OomEvidence::default(), "there was no before");
    assert_eq!(
        OomWatch::start_at(None, None).since(),
        OomEvidence::default()
    );
}

#[test]
fn a_removed_group_gives_no_evidence() {
    let machine = Machine::v2("a");
    machine.group("sys/fs/cgroup/a", &[("memory.events", "oom_kill 1\n")]);
    vmstat(&machine, 0);
    let watch = watch(&machine);
    fs::remove_dir_all(machine.path("sys/fs/cgroup/a")).unwrap();
    assert!(watch.since().is_none());
}

/// The part that runs in a process of its own.
#[test]
fn helper() {
    if env::var_os(HELPER).is_none() {
        return;
    }
    let mut memory = vec![0_u8; 300 * MB];
    for page in memory.chunks_mut(4096) {
        page[0] = 1;
    }
    std::hint::black_box(memory);
}

#[test]
fn a_process_beyond_the_limit_of_its_group_leaves_evidence() {
    let name = format!("memtop-test-oom-{}", id());
    let group = match RunCgroup::create(&Cgroups::system().unwrap(), &name) {
        Ok(group) => group,
        Err(refusal) => {
            assert!(env::var_os("MEMTOP_TEST_CGROUP").is_none(), "{refusal}");
            skip("groups", refusal);
            return;
        }
    };
    let directory = group.cgroup().directory().to_owned();
    let limit = match group.cgroup().version() {
        Version::V1 => "memory.limit_in_bytes",
        Version::V2 => "memory.max",
    };
    fs::write(directory.join(limit), (100 * MB).to_string()).unwrap();
    // Where there is swap the group would go there instead.
    let _ = fs::write(directory.join("memory.swap.max"), "0");
    let mut watch = OomWatch::start();
    watch.add(group.cgroup().clone());
    let entrance = group.entrance().unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["helper", "--exact", "--quiet"])
        .env(HELPER, "1")
        .stdout(Stdio::null());
    // SAFETY: between fork and exec only `enter` runs, which is async-signal-safe.
    unsafe { command.pre_exec(move || entrance.enter()) };
    let status = command.status().unwrap();
    assert_eq!(status.signal(), Some(9), "{status}");
    let evidence = watch.since();
    assert!(
        evidence.group_kills.contains(&(directory, 1)),
        "{evidence:?}"
    );
    // The machine's count may include kills of others.
    assert!(evidence.machine_kills.is_none_or(|kills| kills >= 1));
}
