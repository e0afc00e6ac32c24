//! How much room a run has, on fixtures and on this machine.

mod machine;

use std::path::PathBuf;

use machine::{Machine, V1_MOUNT};
use memtop_proc::native::{Meminfo, ProcRoot, RoomFinder};
use memtop_proc::{LimitedBy, Room};
use tempfile::TempDir;

const MB: u64 = 1024 * 1024;
const GB: u64 = 1024 * MB;
const V1_GROUP: &str = "sys/fs/cgroup/memory/a";
const V2_GROUP: &str = "sys/fs/cgroup/a";

fn meminfo(machine: &Machine, total: u64, available: u64, swap_total: u64, swap_free: u64) {
    let fields = [
        ("MemTotal", total),
        ("MemAvailable", available),
        ("SwapTotal", swap_total),
        ("SwapFree", swap_free),
    ];
    let lines = fields.map(|(name, bytes)| format!("{name}: {} kB\n", bytes / 1024));
    machine.write("proc/meminfo", &lines.concat());
}

/// 16 GB, of which 10 are to be had.
fn large(machine: Machine) -> Machine {
    meminfo(&machine, 16 * GB, 10 * GB, 0, 0);
    machine
}

fn v2(machine: &Machine, group: &str, max: &str, current: u64, inactive: u64, active: u64) {
    let stat = format!("anon 1\ninactive_file {inactive}\nactive_file {active}\n");
    machine.group(
        group,
        &[
            ("memory.max", max),
            ("memory.current", &format!("{current}\n")),
            ("memory.stat", &stat),
        ],
    );
}

fn finder(machine: &Machine) -> RoomFinder {
    RoomFinder::at(Some(&machine.proc()), Some(&machine.cgroups()))
}

fn look(machine: &Machine) -> Room {
    finder(machine).look().expect("the room is known")
}

fn group(path: PathBuf) -> LimitedBy {
    LimitedBy::Group { path }
}

#[test]
fn without_a_limited_group_it_is_the_machines() {
    let machine = large(Machine::v2("a"));
    v2(&machine, V2_GROUP, "max\n", GB, 0, 0);
    assert_eq!(
        look(&machine),
        Room {
            total_bytes: 16 * GB,
            available_bytes: 10 * GB,
            used_bytes: 6 * GB,
            swap_free_bytes: 0,
            limited_by: LimitedBy::Machine,
        }
    );
}

#[test]
fn page_cache_of_a_group_that_can_be_given_back_is_not_used() {
    let machine = large(Machine::v2("a"));
    let max = GB.to_string();
    v2(&machine, V2_GROUP, &max, GB - 10 * MB, 500 * MB, 100 * MB);
    let room = look(&machine);
    assert_eq!(room.total_bytes, GB);
    assert_eq!(room.available_bytes, 560 * MB);
    assert_eq!(room.used_bytes, GB - 560 * MB);
    assert_eq!(room.limited_by, group(machine.path(V2_GROUP)));
}

#[test]
fn version_1_is_read_by_its_own_files() {
    let machine = large(Machine::new("4:memory:/a\n", V1_MOUNT));
    machine.group(
        V1_GROUP,
        &[
            ("memory.limit_in_bytes", &GB.to_string()),
            ("memory.usage_in_bytes", &(GB / 2).to_string()),
            (
                "memory.stat",
                "inactive_file 9\ntotal_inactive_file 1048576\ntotal_active_file 2097152\n",
            ),
        ],
    );
    let room = look(&machine);
    assert_eq!(room.available_bytes, GB / 2 + 2 * MB);
    assert_eq!(room.limited_by, group(machine.path(V1_GROUP)));
}

#[test]
fn version_1_shows_a_limit_above_the_mount() {
    let machine = large(Machine::new(
        "4:memory:/a\n",
        &V1_MOUNT.replace(" / ", " /a "),
    ));
    machine.group(
        "sys/fs/cgroup/memory",
        &[
            ("memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory.usage_in_bytes", &GB.to_string()),
            (
                "memory.stat",
                &format!("hierarchical_memory_limit {}\n", 2 * GB),
            ),
        ],
    );
    let room = look(&machine);
    assert_eq!((room.total_bytes, room.available_bytes), (2 * GB, GB));
}

#[test]
fn the_place_with_the_least_left_decides_and_the_smallest_limit_is_the_total() {
    let machine = large(Machine::v2("a/b"));
    v2(&machine, V2_GROUP, &(8 * GB).to_string(), 7 * GB, 0, 0);
    let inner = format!("{V2_GROUP}/b");
    v2(&machine, &inner, &(4 * GB).to_string(), GB, 0, 0);
    let room = look(&machine);
    assert_eq!((room.total_bytes, room.available_bytes), (4 * GB, GB));
    assert_eq!(
        (room.used_bytes, room.limited_by),
        (7 * GB, group(machine.path(V2_GROUP)))
    );
}

#[test]
fn on_a_full_machine_a_group_with_room_does_not_help() {
    let machine = Machine::v2("a");
    meminfo(&machine, 16 * GB, GB, 0, 0);
    v2(&machine, V2_GROUP, &(8 * GB).to_string(), 0, 0, 0);
    let room = look(&machine);
    assert_eq!((room.total_bytes, room.available_bytes), (8 * GB, GB));
    assert_eq!(room.used_bytes, 15 * GB);
    assert_eq!(room.limited_by, LimitedBy::Machine);
}

#[test]
fn more_than_the_limit_in_use_leaves_nothing() {
    let machine = large(Machine::v2("a"));
    v2(&machine, V2_GROUP, &GB.to_string(), 2 * GB, 0, 0);
    let room = look(&machine);
    assert_eq!((room.available_bytes, room.used_bytes), (0, GB));
}

#[test]
fn a_group_may_swap_only_as_far_as_it_and_the_machine_allow() {
    let machine = Machine::v2("a");
    meminfo(&machine, 16 * GB, 10 * GB, 4 * GB, 3 * GB);
    v2(&machine, V2_GROUP, &GB.to_string(), GB / 2, 0, 0);
    let swap = |max: &str| {
        let files = [
            ("memory.swap.max", max),
            ("memory.swap.current", "1048576\n"),
        ];
        machine.group(V2_GROUP, &files);
        look(&machine).swap_free_bytes
    };
    assert_eq!(swap("1073741824\n"), GB - MB);
    assert_eq!(swap("max\n"), 3 * GB);
    assert_eq!(swap("0\n"), 0);
    assert_eq!(look(&machine).left_bytes(), GB / 2);
}

#[test]
fn in_version_1_swap_shares_its_limit_with_memory() {
    let machine = Machine::new("4:memory:/a\n", V1_MOUNT);
    meminfo(&machine, 16 * GB, 10 * GB, 4 * GB, 4 * GB);
    machine.group(
        V1_GROUP,
        &[
            ("memory.limit_in_bytes", &(2 * GB).to_string()),
            ("memory.usage_in_bytes", &GB.to_string()),
            ("memory.memsw.limit_in_bytes", &(3 * GB).to_string()),
            ("memory.memsw.usage_in_bytes", &GB.to_string()),
            ("memory.stat", ""),
        ],
    );
    let room = look(&machine);
    assert_eq!((room.available_bytes, room.swap_free_bytes), (GB, GB));
}

#[test]
fn a_look_reads_current_values() {
    let machine = large(Machine::v2("a"));
    v2(&machine, V2_GROUP, &GB.to_string(), MB, 0, 0);
    let mut finder = finder(&machine);
    assert_eq!(finder.look().unwrap().available_bytes, GB - MB);
    let files = [
        ("memory.max", "2147483648\n"),
        ("memory.current", "2097152\n"),
    ];
    machine.group(V2_GROUP, &files);
    assert_eq!(finder.look().unwrap().available_bytes, 2 * GB - 2 * MB);
    meminfo(&machine, 16 * GB, GB, 0, 0);
    assert_eq!(finder.look().unwrap().limited_by, LimitedBy::Machine);
}

#[test]
fn what_cannot_be_read_is_left_out() {
    let machine = Machine::v2("a");
    v2(&machine, V2_GROUP, &GB.to_string(), MB, 0, 0);
    assert_eq!(look(&machine).total_bytes, GB, "without meminfo");
    let machine = large(Machine::v2("a"));
    machine.group(V2_GROUP, &[("memory.max", "1024\n")]);
    assert_eq!(look(&machine).limited_by, LimitedBy::Machine);
    let machine = large(Machine::v2("a"));
    v2(&machine, V2_GROUP, "much\n", MB, 0, 0);
    assert_eq!(look(&machine).limited_by, LimitedBy::Machine);
    let folder = TempDir::new().unwrap();
    let empty = ProcRoot::open(folder.path()).unwrap();
    assert_eq!(RoomFinder::at(Some(&empty), None).look(), None);
    assert_eq!(RoomFinder::at(None, None).look(), None);
}

#[test]
fn this_machine_has_room() {
    let machine = Meminfo::read(&ProcRoot::system().unwrap()).unwrap();
    let room = RoomFinder::system().look().unwrap();
    assert!((MB..=machine.total_bytes).contains(&room.total_bytes));
    assert!(room.available_bytes <= machine.total_bytes);
    assert!(room.used_bytes > 0);
    if room.limited_by == LimitedBy::Machine {
        assert_eq!(room.place_bytes(), machine.total_bytes);
    }
}
