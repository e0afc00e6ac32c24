//! Commands whose memory is known beforehand. Each is hard for somebody who measures.

use std::env::current_exe;
use std::fs::File;
use std::io::{self, Read, Write, pipe, stdin, stdout};
use std::os::fd::AsRawFd;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::memory::{MEGABYTE, Mapping};
use crate::number;
use crate::process::{again, fork, wait_for_all};

pub fn run(words: &[&str]) -> Result<(), String> {
    match *words {
        ["hold", megabytes, millis] => hold(number(megabytes)?, number(millis)?),
        ["burst"] => burst()?,
        ["one"] => one(),
        ["par"] => together(6, "100", "300")?,
        ["setsid"] => setsid(),
        ["cow"] => copy_on_write(),
        ["shared"] => shared(),
        ["staircase"] => staircase(),
        ["churn"] => churn()?,
        ["spawns"] => spawns()?,
        ["cache", file] => cache(file).map_err(|error| format!("{file}: {error}"))?,
        ["hold-until-told", megabytes] => hold_until_told(number(megabytes)?),
        ["tree"] => tree(500).map_err(|error| error.to_string())?,
        _ => return Err(format!("there is no workload {words:?}")),
    }
    Ok(())
}

fn pause(millis: u64) {
    sleep(Duration::from_millis(millis));
}

fn hold(megabytes: usize, millis: u64) {
    let _memory = Mapping::private(megabytes).touch();
    pause(millis);
}

/// One child after the other, each gone 5 ms after its memory is there.
fn burst() -> Result<(), String> {
    for _ in 0..30 {
        again(&["workload", "hold", "300", "5"])?
            .wait()
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A spike in the middle of a quiet life.
fn one() {
    pause(200);
    hold(300, 50);
    pause(200);
}

fn together(number: usize, megabytes: &str, millis: &str) -> Result<(), String> {
    for _ in 0..number {
        again(&["workload", "hold", megabytes, millis])?;
    }
    wait_for_all();
    Ok(())
}

/// A child in a session of its own, and an orphan whose parent is gone at once.
fn setsid() {
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

/// Memory that nine processes have and that is there once.
fn copy_on_write() {
    let memory = Mapping::private(300).touch();
    for _ in 0..8 {
        fork(|| {
            memory.look();
            pause(400);
        });
    }
    wait_for_all();
}

/// The same by mapping it for all.
fn shared() {
    let memory = Mapping::shared(300).touch();
    for _ in 0..8 {
        fork(|| {
            memory.look();
            pause(400);
        });
    }
    wait_for_all();
}

/// Five processes take turns at growing by 50 MB, and give it back in the same order.
fn staircase() {
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

/// Many short lives beside a long one, two at a time.
fn churn() -> Result<(), String> {
    let _base = Mapping::private(100).touch();
    for _ in 0..100 {
        again(&["workload", "hold", "20", "1"])?;
        again(&["workload", "hold", "20", "1"])?;
        wait_for_all();
    }
    Ok(())
}

/// Many children, each of which runs in its large parent's own memory until it is a program.
fn spawns() -> Result<(), String> {
    let _base = Mapping::private(300).touch();
    for _ in 0..1_000 {
        again(&["workload", "hold", "0", "0"])?;
        wait_for_all();
    }
    Ok(())
}

/// So many processes that none ends before all of them have had their memory for a while.
fn tree(processes: usize) -> io::Result<()> {
    let (ends, end) = pipe()?;
    let (mut are_ready, is_ready) = pipe()?;
    for _ in 0..processes {
        Command::new(current_exe()?)
            .args(["workload", "hold-until-told", "2"])
            .stdin(ends.try_clone()?)
            .stdout(is_ready.try_clone()?)
            .spawn()?;
    }
    are_ready.read_exact(&mut vec![0; processes])?;
    pause(500);
    drop(end);
    wait_for_all();
    Ok(())
}

fn hold_until_told(megabytes: usize) {
    let _memory = Mapping::private(megabytes).touch();
    // If nobody listens any more, there is nothing to hold it for.
    if stdout()
        .write_all(b".")
        .and_then(|()| stdout().flush())
        .is_ok()
    {
        let _ = stdin().read_to_end(&mut Vec::new());
    }
}

/// A file that is read for the first time: memory of the machine and of no process.
fn cache(file: &str) -> io::Result<()> {
    let mut file = File::open(file)?;
    // SAFETY: posix_fadvise(2) touches no memory.
    unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    let mut chunk = vec![0; MEGABYTE];
    while file.read(&mut chunk)? > 0 {}
    pause(100);
    Ok(())
}
