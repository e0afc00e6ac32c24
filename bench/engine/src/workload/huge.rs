//! Large pages, and large stacks.

use std::hint::black_box;
use std::io;

use super::pause;
use crate::barrier::Barrier;
use crate::memory::{MEGABYTE, Mapping};
use crate::process::{again, fork, wait_for_all};

const HUGE_PAGE_MEGABYTES: usize = 2;

#[derive(Clone, Copy)]
pub enum Pages {
    Huge,
    Small,
}

/// Memory of which one byte in 2 MB is written, and 20 MB that each of two children rewrites.
///
/// With huge pages 340 MB: 200 of the parent, and 50 and 20 of each child. With small ones, 40.
pub fn sparse(pages: Pages) {
    let memory = Mapping::private(200);
    write_sparsely(&memory, 200, pages);
    let barrier = Barrier::new(2);
    for _ in 0..2 {
        fork(|| {
            let own = Mapping::private(50);
            write_sparsely(&own, 50, pages);
            memory.rewrite(0..20);
            barrier.wait();
            pause(300);
        });
    }
    wait_for_all();
}

fn write_sparsely(memory: &Mapping, megabytes: usize, pages: Pages) {
    memory.advise(match pages {
        Pages::Huge => libc::MADV_HUGEPAGE,
        Pages::Small => libc::MADV_NOHUGEPAGE,
    });
    for megabyte in (0..megabytes).step_by(HUGE_PAGE_MEGABYTES) {
        // SAFETY: it lies within the mapping, which may be written.
        unsafe { memory.at(megabyte * MEGABYTE).write_volatile(1) };
    }
}

const STACK_MEGABYTES: usize = 200;

/// A program that has 200 MB on the stack of its only thread.
pub fn stack() -> Result<(), String> {
    let bytes = (STACK_MEGABYTES as u64 + 16) << 20;
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the limit is valid for the call.
    if unsafe { libc::setrlimit(libc::RLIMIT_STACK, &raw const limit) } < 0 {
        return Err(format!("setrlimit: {}", io::Error::last_os_error()));
    }
    again(&["workload", "recurse"])?
        .wait()
        .map(drop)
        .map_err(|error| error.to_string())
}

pub fn recurse() {
    grow_stack(STACK_MEGABYTES);
}

/// Each call has a megabyte of its own.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "a large stack is the point")]
fn grow_stack(megabytes: usize) {
    let mut frame = [0_u8; MEGABYTE];
    black_box(&mut frame);
    if megabytes > 1 {
        grow_stack(megabytes - 1);
    } else {
        pause(300);
    }
    black_box(&mut frame);
}
