//! Programs that start others, or themselves anew.

use std::env::current_exe;
use std::fs::File;
use std::io::{self, Read, Write, pipe, stdin, stdout};
use std::os::fd::AsRawFd;
use std::process::Command;

use super::{hold, pause};
use crate::memory::{MEGABYTE, Mapping};
use crate::process::{again, wait_for_all};

/// One child after the other, each gone 5 ms after its memory is there.
pub fn burst() -> Result<(), String> {
    for _ in 0..30 {
        again(&["workload", "hold", "300", "5"])?
            .wait()
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A spike in the middle of a quiet life.
pub fn one() {
    pause(200);
    hold(300, 50);
    pause(200);
}

pub fn together(number: usize, megabytes: &str, millis: &str) -> Result<(), String> {
    for _ in 0..number {
        again(&["workload", "hold", megabytes, millis])?;
    }
    wait_for_all();
    Ok(())
}

/// Many short lives beside a long one, two at a time.
pub fn churn() -> Result<(), String> {
    let _base = Mapping::private(100).touch();
    for _ in 0..100 {
        again(&["workload", "hold", "20", "1"])?;
        again(&["workload", "hold", "20", "1"])?;
        wait_for_all();
    }
    Ok(())
}

/// Processes of which none ends before all have held their memory for a while.
pub fn tree(processes: usize) -> io::Result<()> {
    let (ends, end) = pipe()?;
    let (mut are_ready, is_ready) = pipe()?;
    for _ in 0..processes {
        Command::new(current_exe()?)
            .args(["workload", "hold-until-eof", "2"])
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

pub fn hold_until_eof(megabytes: usize) {
    let _memory = Mapping::private(megabytes).touch();
    // If the reader is gone, there is nothing to hold it for.
    if stdout()
        .write_all(b".")
        .and_then(|()| stdout().flush())
        .is_ok()
    {
        let _ = stdin().read_to_end(&mut Vec::new());
    }
}

/// A file that is read for the first time: memory of the machine and of no process.
pub fn cache(file: &str) -> io::Result<()> {
    let mut file = File::open(file)?;
    // SAFETY: posix_fadvise(2) touches no memory.
    unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    let mut chunk = vec![0; MEGABYTE];
    while file.read(&mut chunk)? > 0 {}
    pause(100);
    Ok(())
}
