//! Processes that outlive their parents.

use std::io::{PipeWriter, Read, pipe};

use super::{hold, pause};
use crate::barrier::Barrier;
use crate::memory::Mapping;
use crate::process::{fork, wait_for_all};

/// A child in a session of its own, and an orphan whose parent is gone at once.
pub fn setsid() {
    fork(|| {
        // SAFETY: setsid(2) touches no memory.
        unsafe { libc::setsid() };
        hold(250, 600);
    });
    fork(|| {
        // SAFETY: as above.
        unsafe { libc::setsid() };
        fork(|| hold(150, 600));
    });
    wait_for_all();
    pause(700);
}

/// 280 MB: a parent of 150 ends, and each of its four children adds 10 and rewrites 30 of the
/// parent's. The last one to rewrite a page needs no copy of it.
pub fn orphans() -> Result<(), String> {
    until_all_have_ended(|| {
        let memory = Mapping::private(150).touch();
        let barrier = Barrier::new(4);
        for _ in 0..4 {
            fork(|| {
                // The parent is gone by then.
                pause(150);
                memory.rewrite(0..30);
                let _own = Mapping::private(10).touch();
                barrier.wait();
                pause(300);
            });
        }
        pause(50);
    })
}

/// 360 MB: three children of a parent of 150 fork again at once and end; each grandchild adds 20 and
/// rewrites 50.
pub fn fork_again() -> Result<(), String> {
    until_all_have_ended(|| {
        let memory = Mapping::private(150).touch();
        let barrier = Barrier::new(4);
        for _ in 0..3 {
            fork(|| {
                fork(|| {
                    memory.rewrite(0..50);
                    let _own = Mapping::private(20).touch();
                    barrier.wait();
                    pause(300);
                });
            });
        }
        barrier.wait();
        pause(300);
    })
}

/// Runs `act` in a child, and waits for it and all that it leaves behind.
fn until_all_have_ended(act: impl FnOnce()) -> Result<(), String> {
    let (mut ends, end) = pipe().map_err(|error| error.to_string())?;
    fork(act);
    drop::<PipeWriter>(end);
    let read = ends.read_to_end(&mut Vec::new());
    wait_for_all();
    read.map(drop).map_err(|error| error.to_string())
}
