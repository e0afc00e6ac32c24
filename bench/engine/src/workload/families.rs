//! Processes that inherit memory from a parent, and change some of it.

use super::pause;
use crate::barrier::Barrier;
use crate::memory::Mapping;
use crate::process::{fork, wait_for_all};

/// Memory that nine processes have and that is there once.
pub fn read_only() {
    let memory = Mapping::private(300).touch();
    for _ in 0..8 {
        fork(|| {
            memory.look();
            pause(400);
        });
    }
    wait_for_all();
}

/// Five processes take turns at growing by 50 MB, and give it back in the same order.
pub fn staircase() {
    const STEPS: u64 = 10;
    const STEP_MS: u64 = 60;
    const PROCESSES: u64 = 5;
    for process in 0..PROCESSES {
        fork(|| {
            let mut held = Vec::new();
            for step in 0..2 * STEPS {
                if step % PROCESSES == process {
                    if step < STEPS {
                        held.push(Mapping::private(50).touch());
                    } else {
                        held.pop();
                    }
                }
                pause(STEP_MS);
            }
        });
    }
    wait_for_all();
}

/// 700 MB: 200 of the parent, and each of five children has 60 of its own and 40 that it rewrote.
pub fn add_and_rewrite() {
    const CHILDREN: usize = 5;
    let memory = Mapping::private(200).touch();
    let barrier = Barrier::new(CHILDREN);
    for _ in 0..CHILDREN {
        fork(|| {
            let _own = Mapping::private(60).touch();
            memory.rewrite(0..40);
            barrier.wait();
            pause(300);
        });
    }
    wait_for_all();
}

/// 390 MB: 120 of the parent, and three of four workers have 90 at a time.
pub fn pool() {
    const ROUNDS: usize = 8;
    const WORKERS: usize = 4;
    let _memory = Mapping::private(120).touch();
    let barrier = Barrier::new(WORKERS);
    for worker in 0..WORKERS {
        fork(|| {
            for round in 0..ROUNDS {
                let is_idle = (round + worker) % WORKERS == 0;
                let own = (!is_idle).then(|| Mapping::private(90).touch());
                barrier.wait();
                pause(120);
                drop(own);
                barrier.wait();
            }
        });
    }
    wait_for_all();
}

/// 300 MB: 240 of the parent, and each of six children rewrote 10 of them.
pub fn rewrite() {
    const CHILDREN: usize = 6;
    let memory = Mapping::private(240).touch();
    let barrier = Barrier::new(CHILDREN);
    for _ in 0..CHILDREN {
        fork(|| {
            memory.rewrite(0..10);
            barrier.wait();
            pause(300);
        });
    }
    wait_for_all();
}

/// Each process is the child of the one before, and each has 2 MB of its own in the end.
pub fn deep_chain(generations: usize) {
    let _own = Mapping::private(2).touch();
    if generations > 1 {
        fork(|| deep_chain(generations - 1));
        wait_for_all();
    } else {
        pause(300);
    }
}
