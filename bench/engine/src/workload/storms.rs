//! Many processes that are gone at once.

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

/// Eight children at a time that are programs at once, each for 20 ms, beside a parent of 100 MB.
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

/// A thousand forked children, two at a time, that add 5 MB to their parent's 50 and are gone.
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
