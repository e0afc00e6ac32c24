//! Processes that outlive whoever started them.

use std::io::{PipeWriter, Read, pipe};

use super::{hold, pause};
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

/// A parent that ends while its four children go on with what they have from it.
pub fn orphans() -> Result<(), String> {
    until_all_have_ended(|| {
        let memory = Mapping::private(150).touch();
        for _ in 0..4 {
            fork(|| {
                // The parent is gone by then.
                pause(100);
                memory.rewrite(0..30);
                let _own = Mapping::private(10).touch();
                pause(400);
            });
        }
        pause(50);
    })
}

/// Children that fork again before they do anything else.
pub fn fork_again() -> Result<(), String> {
    until_all_have_ended(|| {
        let memory = Mapping::private(150).touch();
        for _ in 0..3 {
            fork(|| {
                fork(|| {
                    memory.rewrite(0..50);
                    let _own = Mapping::private(20).touch();
                    pause(400);
                });
            });
        }
        pause(400);
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
