//! The wall time of a command, and the CPU time of it alone and with all it has waited for.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use rustix::io::retry_on_intr;
use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::truth::children_usage;

/// Prints them in milliseconds. The command must succeed.
pub fn run(words: &[&str]) -> Result<(), String> {
    let [program, arguments @ ..] = words else {
        return Err("cost PROGRAM [ARGUMENT...]".to_owned());
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let failed = |error| format!("{program}: {error}");
    let start = Instant::now();
    let mut child = command.spawn().map_err(failed)?;
    until_ended(&child).map_err(failed)?;
    let wall = start.elapsed();
    let own = own_cpu_time(&child)?;
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("{program}: {status}"));
    }
    let usage = children_usage();
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    println!(
        "{:.3} {:.3} {:.3}",
        wall.as_secs_f64() * 1e3,
        cpu.as_secs_f64() * 1e3,
        own.as_secs_f64() * 1e3
    );
    Ok(())
}

/// Waits until it has ended, and leaves it to be waited for.
fn until_ended(child: &Child) -> io::Result<()> {
    let id = WaitId::Pid(Pid::from_child(child));
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    retry_on_intr(|| waitid(id.clone(), options))?;
    Ok(())
}

/// Without what it has waited for, to a clock tick: usually 10 ms.
fn own_cpu_time(child: &Child) -> Result<Duration, String> {
    let path = format!("/proc/{}/stat", child.id());
    let stat = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let (_, after_name) = stat.rsplit_once(')').ok_or("a stat without a name")?;
    // Field 14 is the user time; the first after the name is field 3.
    let ticks = after_name
        .split_ascii_whitespace()
        .skip(14 - 3)
        .take(2)
        .map(str::parse::<u64>)
        .sum::<Result<u64, _>>()
        .map_err(|error| format!("{path}: {error}"))?;
    Ok(Duration::from_millis(
        ticks * 1000 / clock_ticks_per_second(),
    ))
}

fn seconds(time: libc::timeval) -> Duration {
    let whole = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(whole) + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}
