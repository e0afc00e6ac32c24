//! Many short-lived processes.

use super::pause;
use crate::memory::Mapping;
use crate::process::{again, fork, wait_for_all};

/// Many children, each of which runs in its large parent's own memory until it is a program.
pub fn spawns() -> Result<(), String> {
    let _base = Mapping::private(300).touch();
    for _ in 0..1_000 {
        again(&["workload", "hold", "0", "0"])?;
        wait_for_all();
    }
    Ok(())
}

/// 140 MB: a parent of 100, and eight programs at a time that hold 5 for 20 ms.
///
/// The standard library starts them by `posix_spawn`, which is `vfork` below.
pub fn vforks() -> Result<(), String> {
    let _base = Mapping::private(100).touch();
    for _ in 0..25 {
        for _ in 0..8 {
            again(&["workload", "hold", "5", "20"])?;
        }
        wait_for_all();
    }
    Ok(())
}

/// 60 MB: a parent of 50, and a thousand forked children, two at a time, that add 5 for 2 ms.
pub fn short_children() {
    let _base = Mapping::private(50).touch();
    for _ in 0..500 {
        for _ in 0..2 {
            fork(|| {
                let _own = Mapping::private(5).touch();
                pause(2);
            });
        }
        wait_for_all();
    }
}
