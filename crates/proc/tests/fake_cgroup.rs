//! Groups found and read on fixtures: the text of `/proc` and a tree of files for the mounts.

mod machine;

use std::path::Path;

use machine::{Machine, V1_MOUNT, V2_MOUNT, V2_TOP};
use memtop_proc::native::cgroup::{
    Breakdown, CgroupLookupError, Limits, OomEvents, PeakSince, RunCgroup, RunCgroupError, Version,
};

const GB: u64 = 1024 * 1024 * 1024;

#[test]
fn a_systemd_scope_is_found_in_the_unified_hierarchy() {
    let scope = "user.slice/user-1000.slice/user@1000.service/app.slice/run-u7.scope";
    let machine = Machine::v2(scope);
    machine.assert_own(Version::V2, &format!("{V2_TOP}/{scope}"));
    assert_eq!(machine.own().path(), Path::new("/").join(scope));
}

#[test]
fn beside_an_empty_unified_hierarchy_version_1_is_taken() {
    let unified = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
    let machine = Machine::new(
        "9:name=systemd:/a\n4:memory:/b\n0::/c\n",
        &format!("{unified}{V1_MOUNT}"),
    );
    machine.group("sys/fs/cgroup/unified/c", &[]);
    machine.group("sys/fs/cgroup/memory/b", &[]);
    machine.assert_own(Version::V1, "sys/fs/cgroup/memory/b");
}

#[test]
fn a_container_of_version_1_has_its_own_group_at_the_mount() {
    let id = "0123456789abcdef";
    let machine = Machine::new(
        &format!("4:memory:/docker/{id}\n"),
        &V1_MOUNT.replace(" / ", &format!(" /docker/{id} ")),
    );
    machine.group("sys/fs/cgroup/memory", &[]);
    machine.assert_own(Version::V1, "sys/fs/cgroup/memory");
}

#[test]
fn podman_on_version_1_mounts_the_parent_of_the_container() {
    let machine = Machine::new(
        "4:memory:/machine/libpod-1/run\n",
        &V1_MOUNT.replace(" / ", " /machine/libpod-1 "),
    );
    machine.group("sys/fs/cgroup/memory/run", &[]);
    machine.assert_own(Version::V1, "sys/fs/cgroup/memory/run");
}

#[test]
fn a_container_with_a_private_namespace_is_at_the_root() {
    let machine = Machine::v2("");
    machine.assert_own(Version::V2, V2_TOP);
}

#[test]
fn a_container_with_the_hosts_namespace_and_mount_is_found_by_its_path() {
    let machine = Machine::v2("system.slice/docker-0123.scope");
    machine.assert_own(Version::V2, "sys/fs/cgroup/system.slice/docker-0123.scope");
}

#[test]
fn a_private_namespace_with_the_hosts_mount_is_found_by_its_members() {
    let machine = Machine::new("0::/\n", &V2_MOUNT.replace(" / ", " /../.. "));
    machine.group(V2_TOP, &[("cgroup.controllers", "memory")]);
    for other in ["a", "a/b", "c", "c/d", "c/d/e"] {
        machine.group(&format!("{V2_TOP}/{other}"), &[("cgroup.procs", "1\n")]);
    }
    machine.write(
        &format!("{V2_TOP}/c/d/cgroup.procs"),
        &format!("1\n{}\n", std::process::id()),
    );
    machine.assert_own(Version::V2, "sys/fs/cgroup/c/d");
}

#[test]
fn a_mount_point_may_hold_spaces() {
    let machine = Machine::new(
        "4:memory:/b c\n",
        &V1_MOUNT.replace("/sys/fs", r"/odd\040place/fs"),
    );
    machine.group("odd place/fs/cgroup/memory/b c", &[]);
    machine.assert_own(Version::V1, "odd place/fs/cgroup/memory/b c");
}

#[test]
fn of_two_mounts_the_one_with_more_groups_is_used() {
    let narrow = V1_MOUNT.replace(" / /sys/fs/cgroup/memory", " /a/b /narrow");
    let machine = Machine::new("4:memory:/a/b\n", &format!("{V1_MOUNT}{narrow}"));
    machine.group("narrow", &[]);
    machine.group("sys/fs/cgroup/memory/a/b", &[]);
    machine.assert_own(Version::V1, "sys/fs/cgroup/memory/a/b");
}

#[test]
fn what_keeps_a_group_from_being_found_is_named() {
    let reason = |cgroup: &str, mounts: &str| {
        let machine = Machine::new(cgroup, mounts);
        machine.group(V2_TOP, &[("cgroup.controllers", "cpu pids\n")]);
        machine
            .cgroups()
            .own()
            .expect_err("there is none")
            .to_string()
    };
    assert_eq!(
        reason("4:memory:/a\n", V2_MOUNT),
        "the memory controller (cgroup v1) is not mounted here"
    );
    assert_eq!(
        reason("0::/\n", V2_MOUNT),
        "the kernel accounts for memory by no group: its memory controller is off"
    );
    assert_eq!(
        reason("3:cpu:/\n", V2_MOUNT),
        "the kernel accounts for memory by no group: its memory controller is off"
    );
    assert_eq!(
        reason("0::/../other\n", V2_MOUNT),
        "the group /../other is not in what is mounted here"
    );
    assert_eq!(
        reason("0::/removed (deleted)\n", V2_MOUNT),
        "the group /removed (deleted) is not in what is mounted here"
    );
}

#[test]
fn a_process_that_has_ended_is_in_no_group() {
    let gone = Machine::v2("a").cgroups().of(4242);
    assert!(matches!(gone, Err(CgroupLookupError::Gone)));
}

#[test]
fn version_2_is_read_by_its_own_files() {
    let machine = Machine::v2("a");
    machine.group(
        "sys/fs/cgroup/a",
        &[
            ("memory.current", "4096\n"),
            ("memory.peak", "8192\n"),
            ("memory.swap.current", "12\n"),
            (
                "memory.stat",
                "anon 1\nfile 2\nkernel 3\nshmem 4\nfile_mapped 5\n",
            ),
            (
                "memory.events",
                "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n",
            ),
            (
                "memory.pressure",
                "some avg10=1.00 avg60=0.00 avg300=0.00 total=5\n\
                 full avg10=0.00 avg60=0.00 avg300=0.00 total=4\n",
            ),
        ],
    );
    let own = machine.own();
    assert_eq!(own.current().unwrap(), Some(4096));
    assert_eq!(own.peak().unwrap(), Some(8192));
    assert_eq!(own.swap().unwrap(), Some(12));
    assert_eq!(
        own.breakdown().unwrap(),
        Some(Breakdown {
            anon: 1,
            file: 2,
            shmem: Some(4),
            mapped_file: Some(5),
            kernel: Some(3)
        })
    );
    assert_eq!(
        own.oom_events().unwrap(),
        Some(OomEvents {
            ooms: Some(2),
            kills: 1
        })
    );
    assert_eq!(own.pressure().unwrap().unwrap().full.total_us, 4);
}

#[test]
fn version_1_is_read_by_its_own_files() {
    let machine = Machine::new("4:memory:/a\n", V1_MOUNT);
    machine.group(
        "sys/fs/cgroup/memory/a",
        &[
            ("memory.usage_in_bytes", "4096\n"),
            ("memory.max_usage_in_bytes", "8192\n"),
            ("memory.kmem.usage_in_bytes", "3\n"),
            (
                "memory.stat",
                "cache 9\nrss 9\ntotal_cache 2\ntotal_rss 1\ntotal_shmem 4\n\
                 total_mapped_file 5\ntotal_swap 6\n",
            ),
            (
                "memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n",
            ),
        ],
    );
    let own = machine.own();
    assert_eq!(own.current().unwrap(), Some(4096));
    assert_eq!(own.peak().unwrap(), Some(8192));
    assert_eq!(own.swap().unwrap(), Some(6));
    assert_eq!(
        own.breakdown().unwrap(),
        Some(Breakdown {
            anon: 1,
            file: 2,
            shmem: Some(4),
            mapped_file: Some(5),
            kernel: Some(3)
        })
    );
    assert_eq!(
        own.oom_events().unwrap(),
        Some(OomEvents {
            ooms: None,
            kills: 3
        })
    );
    assert_eq!(own.pressure().unwrap(), None);
    assert!(PeakSince::start(&own).unwrap().is_none());
}

#[test]
fn what_a_kernel_does_not_report_is_absent_and_not_zero() {
    let own = Machine::v2("a").own();
    assert_eq!(own.current().unwrap(), None);
    assert_eq!(own.peak().unwrap(), None);
    assert_eq!(own.swap().unwrap(), None);
    assert_eq!(own.breakdown().unwrap(), None);
    assert_eq!(own.oom_events().unwrap(), None);
    assert_eq!(own.pressure().unwrap(), None);
    assert_eq!(own.limits().unwrap(), Limits::default());
    assert!(PeakSince::start(&own).unwrap().is_none());
}

#[test]
fn a_file_that_makes_no_sense_is_named() {
    let machine = Machine::v2("a");
    let files = [
        ("memory.current", "much"),
        ("memory.stat", "cut"),
        ("memory.max", ""),
    ];
    machine.group("sys/fs/cgroup/a", &files);
    let own = machine.own();
    let ends = |error: memtop_proc::Error, end: &str| {
        assert!(error.to_string().ends_with(end), "{error}");
    };
    ends(
        own.current().unwrap_err(),
        "/a/memory.current: the value is \"much\", not a number",
    );
    ends(
        own.breakdown().unwrap_err(),
        "/a/memory.stat: anon is missing",
    );
    ends(
        own.limits().unwrap_err(),
        "/a/memory.max: the value is \"\", not a number of bytes or max",
    );
}

#[test]
fn the_smallest_limit_of_all_groups_above_is_in_force() {
    let machine = Machine::v2("a/b/c");
    let (low, high) = ((3 * GB).to_string(), (8 * GB).to_string());
    machine.group("sys/fs/cgroup/a", &[("memory.max", &low)]);
    machine.group(
        "sys/fs/cgroup/a/b",
        &[("memory.max", &high), ("memory.high", &high)],
    );
    machine.group(
        "sys/fs/cgroup/a/b/c",
        &[("memory.max", "max"), ("memory.swap.max", "0")],
    );
    let limits = machine.own().limits().unwrap();
    let max = limits.max.expect("a has one");
    assert_eq!(
        (max.bytes, max.group),
        (3 * GB, machine.path("sys/fs/cgroup/a"))
    );
    let high = limits.high.expect("b has one");
    assert_eq!(
        (high.bytes, high.group),
        (8 * GB, machine.path("sys/fs/cgroup/a/b"))
    );
    assert_eq!(limits.swap_max.expect("c has one").bytes, 0);
}

#[test]
fn of_equal_limits_the_outermost_is_named_since_it_is_reached_first() {
    let same = GB.to_string();
    let machine = Machine::v2("a/b");
    for group in ["a", "a/b"] {
        machine.group(&format!("sys/fs/cgroup/{group}"), &[("memory.max", &same)]);
    }
    let max = machine.own().limits().unwrap().max.unwrap();
    assert_eq!(max.group, machine.path("sys/fs/cgroup/a"));
    let machine = Machine::new("4:memory:/a/b\n", V1_MOUNT);
    for group in ["a", "a/b"] {
        machine.group(
            &format!("sys/fs/cgroup/memory/{group}"),
            &[
                ("memory.limit_in_bytes", &same),
                (
                    "memory.stat",
                    &format!("hierarchical_memory_limit {same}\n"),
                ),
            ],
        );
    }
    let max = machine.own().limits().unwrap().max.unwrap();
    assert_eq!(max.group, machine.path("sys/fs/cgroup/memory/a"));
}

#[test]
fn version_1_spells_no_limit_as_a_very_large_one() {
    for unlimited in ["9223372036854771712", "9223372036854710272"] {
        let machine = Machine::new("4:memory:/a\n", V1_MOUNT);
        machine.group(
            "sys/fs/cgroup/memory/a",
            &[
                ("memory.limit_in_bytes", unlimited),
                ("memory.memsw.limit_in_bytes", unlimited),
                (
                    "memory.stat",
                    &format!("hierarchical_memory_limit {unlimited}\n"),
                ),
            ],
        );
        assert_eq!(machine.own().limits().unwrap(), Limits::default());
    }
}

#[test]
fn version_1_shows_limits_above_the_mount() {
    let machine = Machine::new("4:memory:/a\n", &V1_MOUNT.replace(" / ", " /a "));
    let own = (4 * GB).to_string();
    let stat = format!(
        "hierarchical_memory_limit {}\nhierarchical_memsw_limit {}\n",
        2 * GB,
        3 * GB
    );
    machine.group(
        "sys/fs/cgroup/memory",
        &[("memory.limit_in_bytes", &own), ("memory.stat", &stat)],
    );
    let limits = machine.own().limits().unwrap();
    assert_eq!(limits.max.unwrap().bytes, 2 * GB);
    assert_eq!(limits.swap_max.unwrap().bytes, GB);
    assert_eq!(limits.high, None);
}

#[test]
fn a_limit_above_what_is_mounted_is_not_that_of_a_group_in_it() {
    let machine = Machine::new("4:memory:/a/run\n", &V1_MOUNT.replace(" / ", " /a "));
    let (own, above) = ((4 * GB).to_string(), 2 * GB);
    for group in ["memory", "memory/run"] {
        machine.group(
            &format!("sys/fs/cgroup/{group}"),
            &[
                ("memory.limit_in_bytes", &own),
                (
                    "memory.stat",
                    &format!("hierarchical_memory_limit {above}\n"),
                ),
            ],
        );
    }
    let max = machine.own().limits().unwrap().max.unwrap();
    assert_eq!(max.bytes, above);
    assert_eq!(max.group, machine.path("sys/fs/cgroup/memory"));
}

#[test]
fn members_of_groups_below_belong_to_the_group() {
    let machine = Machine::v2("a");
    machine.group("sys/fs/cgroup/a", &[("cgroup.procs", "9\n3\n3\n0\n")]);
    machine.group("sys/fs/cgroup/a/b/c", &[("cgroup.procs", "5\n")]);
    machine.group("sys/fs/cgroup/other", &[("cgroup.procs", "7\n")]);
    assert_eq!(machine.own().pids().unwrap(), [3, 5, 9]);
}

#[test]
fn a_group_that_holds_others_is_left_unchanged() {
    let machine = Machine::v2("a");
    let files = [
        ("cgroup.controllers", "memory\n"),
        ("cgroup.subtree_control", ""),
        ("cgroup.type", "domain\n"),
        ("cgroup.procs", &format!("1\n2\n{}\n", std::process::id())),
    ];
    machine.group("sys/fs/cgroup/a", &files);
    let refusal = machine.refusal();
    assert!(matches!(
        refusal,
        RunCgroupError::NotAlone { others: 2, .. }
    ));
    assert!(
        refusal
            .to_string()
            .ends_with("/a holds 2 other processes; only a group without any may be divided"),
        "{refusal}"
    );
    assert!(
        refusal
            .remedy()
            .is_some_and(|text| text.contains("systemd-run"))
    );
}

#[test]
fn a_group_without_the_memory_controller_cannot_hand_it_down() {
    let machine = Machine::v2("a");
    machine.group("sys/fs/cgroup/a", &[("cgroup.controllers", "pids\n")]);
    let refusal = machine.refusal();
    assert!(matches!(refusal, RunCgroupError::NotGiven(_)), "{refusal}");
}

#[test]
fn a_read_only_mount_is_named() {
    let machine = Machine::new("4:memory:/a\n", &V1_MOUNT.replace("rw,nosuid", "ro,nosuid"));
    machine.group("sys/fs/cgroup/memory/a", &[]);
    let refusal = machine.refusal();
    assert!(
        refusal.to_string().ends_with("/a is mounted read-only"),
        "{refusal}"
    );
}

#[test]
fn a_group_whose_children_would_be_without_its_limit_has_none() {
    let machine = Machine::new("4:memory:/a\n", V1_MOUNT);
    machine.group(
        "sys/fs/cgroup/memory/a",
        &[
            ("memory.use_hierarchy", "0\n"),
            ("memory.limit_in_bytes", "1048576\n"),
        ],
    );
    assert!(matches!(machine.refusal(), RunCgroupError::NotInherited(_)));
}

#[test]
fn a_group_that_is_there_already_is_neither_used_nor_removed() {
    let machine = Machine::new("4:memory:/a\n", V1_MOUNT);
    for group in ["a", "a/run"] {
        machine.group(&format!("sys/fs/cgroup/memory/{group}"), &[]);
    }
    assert!(matches!(machine.refusal(), RunCgroupError::Exists(_)));
    assert!(machine.path("sys/fs/cgroup/memory/a/run").exists());
}

#[test]
fn only_a_plain_name_is_accepted_for_a_group() {
    let machine = Machine::v2("a");
    for name in ["", "..", "a/b", "memory.max", "a b", "a\n"] {
        let refusal = RunCgroup::create(&machine.cgroups(), name).unwrap_err();
        assert!(
            matches!(refusal, RunCgroupError::Name(_)),
            "{name:?}: {refusal}"
        );
    }
}
