//! The wall time and the CPU time of a command and all it has waited for.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::truth::children_usage;

/// Prints both in milliseconds. The command must succeed.
pub fn run(words: &[&str]) -> Result<(), String> {
    let [program, arguments @ ..] = words else {
        return Err("cost PROGRAM [ARGUMENT...]".to_owned());
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status();
    let wall = start.elapsed();
    let status = status.map_err(|error| format!("{program}: {error}"))?;
    if !status.success() {
        return Err(format!("{program}: {status}"));
    }
    let usage = children_usage();
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    println!(
        "{:.3} {:.3}",
        wall.as_secs_f64() * 1e3,
        cpu.as_secs_f64() * 1e3
    );
    Ok(())
}

fn seconds(time: libc::timeval) -> Duration {
    let whole = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(whole) + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
}
