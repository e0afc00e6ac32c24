//! Groups of this machine's own. A test that may not make the group it needs is skipped; with
//! `MEMTOP_TEST_CGROUP`, it fails.

use std::env;
use std::fs;
use std::io::Read;
use std::os::unix::fs::chown;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio, id};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use memtop_proc::ProcessId;
use memtop_proc::native::cgroup::{Cgroups, PeakSince, RunCgroup, Version};
use memtop_proc::native::{EndRunOptions, EndRunOutcome, ProcRoot, Stat, end_run};
use memtop_testing::skip;

const MB: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);
const NOBODY: u32 = 65534;

/// What a process that is this file again is to do; see [`helper`].
const HELPER: &str = "MEMTOP_TEST_HELPER";

fn cgroups() -> Cgroups {
    Cgroups::system().expect("/proc is mounted")
}

fn new_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("memtop-test-{}-{number}", id())
}

/// `None` where no group can be made; the test is skipped then.
fn new_group() -> Option<RunCgroup> {
    match RunCgroup::create(&cgroups(), &new_name()) {
        Ok(group) => Some(group),
        Err(refusal) => {
            assert!(env::var_os("MEMTOP_TEST_CGROUP").is_none(), "{refusal}");
            skip("groups", refusal);
            None
        }
    }
}

/// This file again as another process, which does `what` and nothing else.
fn helper_command(what: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["helper", "--exact", "--nocapture", "--quiet"])
        .env(HELPER, what)
        .stdout(Stdio::piped());
    command
}

fn start_in(group: &RunCgroup, mut command: Command) -> Child {
    let entrance = group.entrance().unwrap();
    // SAFETY: between fork and exec only `enter` runs, which is async-signal-safe.
    unsafe { command.pre_exec(move || entrance.enter()) };
    command.spawn().expect("it starts")
}

fn run_in(group: &RunCgroup, what: &str) -> Output {
    let child = start_in(group, helper_command(what));
    child.wait_with_output().unwrap()
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The part of a test that runs in a process of its own.
#[test]
fn helper() {
    let Ok(what) = env::var(HELPER) else {
        return;
    };
    let (verb, argument) = what.split_once(' ').unwrap_or((&what, ""));
    match verb {
        "allocate" => drop(allocate(argument.parse().unwrap())),
        "own" => println!("own={}=", cgroups().own().unwrap().directory().display()),
        "make" => make_and_remove(),
        "end-own" => end_own_group(),
        "leave" => leave_a_group(),
        "compare" => compare_with_home(),
        _ => panic!("{what}"),
    }
}

fn allocate(megabytes: u64) -> Vec<u8> {
    let mut memory = vec![0; usize::try_from(megabytes * MB).unwrap()];
    for page in memory.chunks_mut(4096) {
        page[0] = 1;
    }
    std::hint::black_box(memory)
}

/// What a run would do, in a group that was delegated to this process.
fn make_and_remove() {
    let before = cgroups().own().unwrap();
    let mut group = RunCgroup::create(&cgroups(), "run").unwrap();
    let second = RunCgroup::create(&cgroups(), "run2").unwrap();
    assert!(before.contains(group.cgroup()) && before.contains(second.cgroup()));
    assert!(run_in(&group, "allocate 50").status.success());
    if let Some(peak) = group.peak().unwrap() {
        assert!(peak >= 50 * MB, "{peak}");
    }
    group.remove(PATIENCE).unwrap();
    assert!(run_in(&second, "allocate 10").status.success());
    drop(second);
    drop(group);
    assert_eq!(cgroups().own().unwrap(), before, "everything is as it was");
    println!("made=and=removed");
}

/// What programs may read of the group that they are in, and what the kernel does by it.
const SETTINGS: [&str; 13] = [
    "cpu.max",
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.swappiness",
    "memory.use_hierarchy",
    "memory.max",
    "memory.high",
    "memory.low",
    "memory.min",
    "memory.swap.max",
    "memory.swap.high",
    "memory.oom.group",
];

/// Makes a group as a run would, and prints each setting in which it differs from the group around
/// it, and the limit that it is under.
fn compare_with_home() {
    let home = cgroups().own().unwrap();
    let run = RunCgroup::create(&cgroups(), "run").unwrap();
    let read = |directory: &Path, file| fs::read_to_string(directory.join(file)).ok();
    for file in SETTINGS {
        let around = read(home.directory(), file);
        let own = read(run.cgroup().directory(), file);
        // Where nothing is limited, the file may be missing.
        let is_unlimited = own.is_none() && around.iter().all(|text| text.starts_with("max"));
        if around != own && !is_unlimited {
            println!("differs={file}: {own:?} for {around:?}=");
        }
    }
    let is_disabled = |directory| {
        let control = read(directory, "memory.oom_control").unwrap_or_default();
        control.contains("oom_kill_disable 1")
    };
    if is_disabled(home.directory()) != is_disabled(run.cgroup().directory()) {
        println!("differs=oom_kill_disable=");
    }
    if let Some(max) = run.cgroup().limits().unwrap().max {
        println!("limit={}={}=", max.bytes, max.group.display());
    }
    println!("compared=all=");
}

/// Ends a group that this process is in, too.
fn end_own_group() {
    let group = RunCgroup::create(&cgroups(), "run").unwrap();
    let mut child = start_in(&group, sleeper());
    group.add(id()).unwrap();
    let options = EndRunOptions {
        grace: Duration::ZERO,
        skip_grace: &|| false,
    };
    let root = ProcRoot::system().unwrap();
    let ended = end_run(&root, &mut Vec::new, Some(group.cgroup()), &options);
    assert_eq!((ended.ended, ended.failed), (1, Vec::new()));
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    println!("ended=the=other");
}

/// Is killed and leaves a group with a process in it.
fn leave_a_group() {
    let group = RunCgroup::create(&cgroups(), &new_name()).unwrap();
    let directory = group.cgroup().directory();
    fs::create_dir(directory.join("made-by-the-run")).unwrap();
    let mut sleeper = sleeper();
    sleeper.stdout(Stdio::null()).stderr(Stdio::null());
    let pid = start_in(&group, sleeper).id();
    println!("left={}={pid}=", directory.display());
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_run_of_300_mb_has_a_peak_of_300_mb() {
    let Some(group) = new_group() else { return };
    assert!(run_in(&group, "allocate 300").status.success());
    let Some(peak) = group.peak().unwrap() else {
        skip("memory.peak", "the kernel keeps no peak");
        return;
    };
    assert!((300 * MB..=320 * MB).contains(&peak), "{peak}");
    assert!(group.cgroup().current().unwrap().unwrap() < 50 * MB);
}

#[test]
fn a_run_does_not_inherit_the_peak_of_the_one_before() {
    let Some(first) = new_group() else { return };
    run_in(&first, "allocate 200");
    drop(first);
    let second = new_group().unwrap();
    run_in(&second, "allocate 5");
    let peak = second.peak().unwrap().unwrap_or(0);
    assert!(peak < 50 * MB, "{peak}");
}

#[test]
fn a_group_that_is_not_fresh_can_be_watched_from_a_moment_on() {
    let Some(group) = new_group() else { return };
    run_in(&group, "allocate 200");
    let Some(since) = PeakSince::start(group.cgroup()).unwrap() else {
        skip(
            "later-peak",
            "the kernel counts from no later moment than the first",
        );
        return;
    };
    run_in(&group, "allocate 50");
    let peak = since.read().unwrap();
    assert!((50 * MB..100 * MB).contains(&peak), "{peak}");
    assert!(
        group.peak().unwrap().unwrap() >= 200 * MB,
        "the peak of the group stays"
    );
}

#[test]
fn a_group_offers_what_its_version_has() {
    let Some(group) = new_group() else { return };
    let features = group.cgroup().features();
    eprintln!("{:?}: {features:?}", group.cgroup().version());
    match group.cgroup().version() {
        Version::V1 => assert!(features.peak && !features.peak_since && !features.kill),
        // Each came after the one before: Linux 5.14, 5.19 and 6.12.
        Version::V2 => {
            assert!(features.kill >= features.peak && features.peak >= features.peak_since);
        }
    }
}

#[test]
fn anon_at_the_moment_is_what_the_process_holds() {
    let Some(group) = new_group() else { return };
    let mut child = start_in(&group, {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            "x=$(head -c 50000000 /dev/zero | tr '\\0' x); echo; read line",
        ]);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped());
        shell
    });
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let breakdown = group.cgroup().breakdown().unwrap().unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(
        (50_000_000..200 * MB).contains(&breakdown.anon),
        "{breakdown:?}"
    );
}

#[test]
fn a_kill_by_the_oom_killer_is_counted() {
    let Some(group) = new_group() else { return };
    let limit = match group.cgroup().version() {
        Version::V1 => "memory.limit_in_bytes",
        Version::V2 => "memory.max",
    };
    let directory = group.cgroup().directory();
    fs::write(directory.join(limit), (100 * MB).to_string()).unwrap();
    // Where there is swap the group would go there instead.
    let _ = fs::write(directory.join("memory.swap.max"), "0");
    let limits = group.cgroup().limits().unwrap();
    assert_eq!(limits.max.unwrap().bytes, 100 * MB);
    assert_eq!(group.oom_kills().unwrap(), Some(0));
    assert_eq!(run_in(&group, "allocate 300").status.signal(), Some(9));
    assert_eq!(group.oom_kills().unwrap(), Some(1));
}

/// Sets what this version has of these; some kernels lack some.
fn set(group: &Path, settings: &[(&str, u64)]) {
    for (file, value) in settings {
        let file = group.join(file);
        if file.exists() {
            fs::write(&file, value.to_string()).unwrap();
        }
    }
}

fn limit(group: &Path) {
    set(
        group,
        &[
            // In this order: memory and swap together cannot be less than memory alone.
            ("memory.limit_in_bytes", 300 * MB),
            ("memory.memsw.limit_in_bytes", 400 * MB),
            ("memory.max", 300 * MB),
        ],
    );
}

fn assert_same_as_home(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    let text = text_of(output);
    assert!(text.contains("compared=all="), "{text}");
    assert!(!text.contains("differs="), "{text}");
    text
}

#[test]
fn a_run_reads_the_same_limits_in_its_own_group_as_in_the_one_around_it() {
    let Some(home) = new_group() else { return };
    let directory = home.cgroup().directory();
    limit(directory);
    set(
        directory,
        &[
            ("memory.soft_limit_in_bytes", 200 * MB),
            ("memory.swappiness", 10),
            ("memory.high", 250 * MB),
            ("memory.low", 20 * MB),
            ("memory.min", 10 * MB),
            ("memory.swap.max", 100 * MB),
            ("memory.swap.high", 90 * MB),
            ("memory.oom.group", 1),
        ],
    );
    assert_same_as_home(&run_in(&home, "compare"));
}

#[test]
fn a_run_reads_the_same_of_its_processors() {
    let Some(home) = new_group() else { return };
    let directory = home.cgroup().directory();
    if home.cgroup().version() == Version::V1 {
        skip(
            "cgroup2",
            "no run has a group in the hierarchy of processors",
        );
        return;
    }
    let handed_down = directory.parent().unwrap().join("cgroup.subtree_control");
    let is_handed_down = fs::read_to_string(&handed_down).unwrap().contains("cpu");
    fs::write(&handed_down, "+cpu").unwrap();
    fs::write(directory.join("cpu.max"), "50000 100000").unwrap();
    assert_same_as_home(&run_in(&home, "compare"));
    let left = fs::read_to_string(directory.join("cgroup.subtree_control")).unwrap();
    assert_eq!(left.trim(), "", "everything is as it was");
    drop(home);
    if !is_handed_down {
        fs::write(&handed_down, "-cpu").unwrap();
    }
}

#[test]
fn a_run_inherits_a_disabled_oom_killer() {
    let Some(home) = new_group() else { return };
    set(home.cgroup().directory(), &[("memory.oom_control", 1)]);
    assert_same_as_home(&run_in(&home, "compare"));
}

#[test]
fn the_limit_of_a_run_is_that_of_the_group_which_sets_it() {
    let Some(home) = new_group() else { return };
    let directory = home.cgroup().directory();
    limit(directory);
    let text = assert_same_as_home(&run_in(&home, "compare"));
    let expected = format!("limit={}={}=", 300 * MB, directory.display());
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn a_limit_that_the_group_around_a_run_does_not_show_is_not_shown_by_the_runs_own_either() {
    let Some(limited) = new_group() else { return };
    let directory = limited.cgroup().directory();
    limit(directory);
    let home = directory.join("home");
    // Version 1 hands its controller down by itself.
    let _ = fs::write(directory.join("cgroup.subtree_control"), "+memory");
    fs::create_dir(&home).unwrap();
    let mut command = Command::new("sh");
    let enter = format!("echo $$ > '{}/cgroup.procs'; exec \"$@\"", home.display());
    command
        .args(["-c", &enter, "sh"])
        .arg(env::current_exe().unwrap())
        .args(["helper", "--exact", "--nocapture", "--quiet"])
        .env(HELPER, "compare")
        .stdout(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    let text = assert_same_as_home(&output);
    let expected = format!("limit={}={}=", 300 * MB, directory.display());
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn the_tree_of_a_process_stays_in_its_group() {
    let Some(group) = new_group() else { return };
    let mut child = start_in(&group, {
        let mut shell = Command::new("sh");
        shell.args(["-c", "setsid sleep 60 & sleep 60 & wait"]);
        shell
    });
    until(|| group.cgroup().pids().unwrap().len() == 3);
    assert!(group.cgroup().pids().unwrap().contains(&child.id()));
    assert!(end(&group, Duration::ZERO, &[]).failed.is_empty());
    assert_eq!(child.wait().unwrap().signal(), Some(9));
}

#[test]
fn a_process_that_has_left_the_group_is_found() {
    let (Some(group), Some(elsewhere)) = (new_group(), new_group()) else {
        return;
    };
    let mut stays = start_in(&group, sleeper());
    let mut leaves = start_in(&group, sleeper());
    let tree = [stays.id(), leaves.id()];
    assert_eq!(group.escaped(&cgroups(), &tree).unwrap(), [0_u32; 0]);
    elsewhere.add(leaves.id()).unwrap();
    assert_eq!(group.escaped(&cgroups(), &tree).unwrap(), [leaves.id()]);
    for child in [&mut stays, &mut leaves] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(group.escaped(&cgroups(), &tree).unwrap(), [0_u32; 0]);
}

#[test]
fn a_zombie_has_not_left_the_group() {
    let Some(group) = new_group() else { return };
    let mut child = start_in(&group, sleeper());
    child.kill().unwrap();
    until(|| {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        stat.contains(") Z ")
    });
    assert_eq!(
        group.escaped(&cgroups(), &[child.id()]).unwrap(),
        [0_u32; 0]
    );
    child.wait().unwrap();
}

#[test]
fn a_storm_of_forks_is_ended_whole() {
    let Some(group) = new_group() else { return };
    let mut child = start_in(&group, {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            "while :; do (sleep 0.01; sleep 0.01) & sleep 0.002; done",
        ]);
        shell
    });
    until(|| group.cgroup().pids().unwrap().len() > 3);
    assert!(end(&group, Duration::ZERO, &[]).failed.is_empty());
    child.wait().unwrap();
}

/// Ends a run by its group and the processes that are named.
fn end(group: &RunCgroup, grace: Duration, named: &[u32]) -> EndRunOutcome {
    let root = ProcRoot::system().unwrap();
    let members: Vec<ProcessId> = named.iter().copied().map(identity).collect();
    let options = EndRunOptions {
        grace,
        skip_grace: &|| false,
    };
    let ended = end_run(
        &root,
        &mut || members.clone(),
        Some(group.cgroup()),
        &options,
    );
    assert!(ended.scan_error.is_none(), "{ended:?}");
    assert_eq!(ended.failed, []);
    assert_eq!(group.cgroup().pids().unwrap(), [0_u32; 0]);
    ended
}

fn identity(pid: u32) -> ProcessId {
    let text = fs::read(format!("/proc/{pid}/stat")).unwrap();
    let started = Stat::parse(&text).unwrap().started;
    ProcessId { pid, started }
}

fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]);
    shell
}

#[test]
fn a_run_is_ended_by_its_group_without_named_processes() {
    let Some(group) = new_group() else { return };
    let script = "trap 'exit 7' TERM; (setsid sleep 60 &); sleep 60 & wait";
    let mut child = start_in(&group, shell(script));
    until(|| group.cgroup().pids().unwrap().len() == 3);
    // One of them in a group of its own below.
    let below = group.cgroup().directory().join("made-by-the-run");
    fs::create_dir(&below).unwrap();
    let last = *group.cgroup().pids().unwrap().last().unwrap();
    fs::write(below.join("cgroup.procs"), last.to_string()).unwrap();
    assert_eq!(end(&group, Duration::from_mins(1), &[]).ended, 3);
    assert_eq!(child.wait().unwrap().code(), Some(7), "it was asked");
}

#[test]
fn a_group_that_ignores_term_is_ended_with_processes_that_left_it() {
    let (Some(group), Some(elsewhere)) = (new_group(), new_group()) else {
        return;
    };
    let script = "trap '' TERM; sleep 60 & wait";
    let mut stays = start_in(&group, shell(script));
    let mut leaves = start_in(&elsewhere, shell(script));
    until(|| group.cgroup().pids().unwrap().len() == 2);
    until(|| elsewhere.cgroup().pids().unwrap().len() == 2);
    let ended = end(&group, Duration::from_millis(100), &[leaves.id()]);
    assert_eq!(ended.ended, 4);
    for child in [&mut stays, &mut leaves] {
        assert_eq!(child.wait().unwrap().signal(), Some(9));
    }
}

#[test]
fn a_storm_of_orphans_that_ignore_term_is_ended_with_its_group() {
    let Some(group) = new_group() else { return };
    let script = "trap '' TERM; while :; do (setsid sleep 0.05 &); sleep 0.002; done";
    for grace in [Duration::ZERO, Duration::from_millis(100)] {
        let mut child = start_in(&group, shell(script));
        until(|| group.cgroup().pids().unwrap().len() > 3);
        end(&group, grace, &[]);
        assert_eq!(child.wait().unwrap().signal(), Some(9));
    }
}

#[test]
fn a_process_that_ends_its_own_group_stays() {
    let Some(group) = new_group() else { return };
    let output = run_in(&group, "end-own");
    assert!(output.status.success(), "{output:?}");
    assert!(text_of(&output).contains("ended=the=other"));
}

#[test]
fn a_group_ends_with_its_value_and_what_still_runs_lives_on() {
    let Some(mut group) = new_group() else { return };
    let mut child = start_in(&group, sleeper());
    fs::create_dir(group.cgroup().directory().join("made-by-the-run")).unwrap();
    group.remove(PATIENCE).unwrap();
    group.remove(PATIENCE).unwrap();
    assert!(!group.cgroup().directory().exists());
    assert!(child.try_wait().unwrap().is_none(), "it still runs");
    assert_eq!(
        cgroups().of(child.id()).unwrap().directory(),
        cgroups().own().unwrap().directory()
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_group_of_the_same_name_from_another_process_stays() {
    let Some(_) = new_group() else { return };
    // No name of a run, so that it is never taken for a leftover.
    let group = RunCgroup::create(&cgroups(), &format!("memtop-other-{}", id())).unwrap();
    let directory = group.cgroup().directory().to_owned();
    fs::remove_dir(&directory).unwrap();
    fs::create_dir(&directory).unwrap();
    drop(group);
    assert!(directory.exists());
    fs::remove_dir(&directory).unwrap();
}

#[test]
fn what_a_killed_process_has_left_is_removed_once_it_is_empty() {
    let Some(group) = new_group() else { return };
    let output = helper_command("leave").output().unwrap();
    assert_eq!(output.status.signal(), Some(9));
    let text = text_of(&output);
    let (_, left) = text.split_once("left=").unwrap();
    let [directory, sleeper]: [&str; 2] = left
        .split('=')
        .take(2)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let (directory, sleeper) = (Path::new(directory), sleeper.parse().unwrap());
    let below = directory.join("made-by-the-run");
    drop(new_group());
    assert!(below.exists(), "a process is in the group around it");
    let sleeper = rustix::process::Pid::from_raw(sleeper).unwrap();
    rustix::process::kill_process(sleeper, rustix::process::Signal::KILL).unwrap();
    until(|| {
        drop(new_group());
        !directory.exists()
    });
    assert!(
        group.cgroup().directory().exists(),
        "it is in use, though empty"
    );
}

#[test]
fn a_name_is_given_once() {
    let Some(group) = new_group() else { return };
    let name = group.cgroup().directory().file_name().unwrap();
    let again = RunCgroup::create(&cgroups(), name.to_str().unwrap());
    assert!(again.unwrap_err().to_string().ends_with("is there already"));
    assert!(group.cgroup().directory().exists());
}

#[test]
fn an_ordinary_user_gets_the_reason_for_a_missing_group() {
    if new_group().is_none() {
        return;
    }
    let mut command = helper_command("make");
    command.uid(NOBODY).gid(NOBODY).stderr(Stdio::piped());
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let has_reason = words.contains("NotWritable") || words.contains("NotAlone");
    assert!(has_reason, "{words}");
}

#[test]
fn a_user_can_divide_a_group_that_was_delegated() {
    let Some(group) = new_group() else { return };
    delegate(group.cgroup().directory());
    let mut command = helper_command("make");
    command.uid(NOBODY).gid(NOBODY);
    let output = start_in(&group, command).wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(text_of(&output).contains("made=and=removed"));
    let left = fs::read_dir(group.cgroup().directory()).unwrap();
    let groups = left.filter(|entry| entry.as_ref().unwrap().file_type().unwrap().is_dir());
    assert_eq!(groups.count(), 0);
}

#[test]
fn in_a_cgroup_namespace_the_own_group_is_found_by_the_mount() {
    let Some(group) = new_group() else { return };
    let mut command = Command::new("unshare");
    command
        .arg("--cgroup")
        .arg(env::current_exe().unwrap())
        .args(["helper", "--exact", "--nocapture", "--quiet"])
        .env(HELPER, "own")
        .stdout(Stdio::piped());
    let output = start_in(&group, command).wait_with_output().unwrap();
    let expected = format!("own={}=", group.cgroup().directory().display());
    assert!(text_of(&output).contains(&expected), "{output:?}");
}

fn delegate(directory: &Path) {
    chown(directory, Some(NOBODY), Some(NOBODY)).unwrap();
    for file in [
        "cgroup.procs",
        "tasks",
        "cgroup.subtree_control",
        "cgroup.threads",
    ] {
        let file = directory.join(file);
        if file.exists() {
            chown(file, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

fn sleeper() -> Command {
    let mut command = Command::new("sleep");
    command.arg("60");
    command
}

fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain");
        sleep(Duration::from_millis(2));
    }
}
