//! Threads that become programs, and processes that share one address space.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::null_mut;
use std::thread::spawn;

use super::hold;
use crate::memory::{MEGABYTE, Mapping};
use crate::process::{fork, wait_for_all};

/// 600 MB: after a time with 200 MB, a thread of each of two children becomes a program of 300 MB.
pub fn exec_beside_the_leader() -> Result<(), String> {
    hold(200, 150);
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    for _ in 0..2 {
        fork(|| {
            let mut command = Command::new(&program);
            command.args(["workload", "hold", "300", "400"]);
            let thread = spawn(move || command.exec());
            // It comes back only if that failed.
            let failed = thread.join();
            eprintln!("{failed:?}");
        });
    }
    wait_for_all();
    Ok(())
}

const CLONES: usize = 16;
const CLONES_STACK_BYTES: usize = 64 << 10;

/// 180 MB: sixteen children that share the address space of their parent's 100 MB, each adding 5.
pub fn clones_of_one_memory() -> Result<(), String> {
    let _base = Mapping::private(100).touch();
    let grown = Mapping::private(CLONES * 5);
    let stacks = Mapping::private((CLONES * CLONES_STACK_BYTES).div_ceil(MEGABYTE));
    let mut lives: Vec<Life> = (0..CLONES)
        .map(|clone| Life {
            memory: &grown,
            clone,
        })
        .collect();
    for life in &mut lives {
        let top = stacks.at((life.clone + 1) * CLONES_STACK_BYTES);
        // SAFETY: each clone has a stack and a life of its own, and both are there until it has been
        // waited for.
        let pid = unsafe {
            let life = std::ptr::from_mut(life).cast();
            libc::clone(live, top.cast(), libc::CLONE_VM | libc::SIGCHLD, life)
        };
        if pid < 0 {
            let error = io::Error::last_os_error();
            wait_for_all();
            return Err(format!("clone: {error}"));
        }
    }
    wait_for_all();
    Ok(())
}

struct Life<'a> {
    memory: &'a Mapping,
    clone: usize,
}

/// It shares its parent's thread-local storage, so it calls nothing that writes there.
extern "C" fn live(life: *mut libc::c_void) -> libc::c_int {
    // SAFETY: it is the argument of the clone, which outlives it.
    let life: &Life = unsafe { &*life.cast() };
    life.memory.rewrite(5 * life.clone..5 * life.clone + 5);
    let time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 400_000_000,
    };
    // SAFETY: nanosleep(2) reads the time and need not write what is left; a clone ends alone.
    unsafe {
        libc::nanosleep(&raw const time, null_mut());
        libc::_exit(0)
    }
}
