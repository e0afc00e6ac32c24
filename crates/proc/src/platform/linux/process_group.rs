//! Process groups. Kernel threads and groups of another pid namespace have the number 0, which
//! rustix does not expect.

use rustix::process::Pid;

/// The group of a process; `None` where it has no number or the process is gone.
#[must_use]
pub fn process_group(pid: Pid) -> Option<Pid> {
    // SAFETY: getpgid takes a number and touches no memory.
    let group = unsafe { libc::getpgid(pid.as_raw_nonzero().get()) };
    if group > 0 {
        Pid::from_raw(group)
    } else {
        None
    }
}

/// The group of this process; `None` where it has no number.
#[must_use]
pub fn own_process_group() -> Option<Pid> {
    // SAFETY: getpgrp touches no memory.
    Pid::from_raw(unsafe { libc::getpgrp() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rustix::process::Pid;

    #[test]
    fn the_group_of_every_process_can_be_asked_for() {
        let processes = fs::read_dir("/proc").unwrap();
        let mut groups = processes.flatten().filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            super::process_group(Pid::from_raw(pid)?)
        });
        let own = super::own_process_group();
        assert!(own.is_some() && groups.any(|group| Some(group) == own));
        // To the last of them.
        assert!(groups.all(|group| group.as_raw_nonzero().get() > 0));
    }
}
