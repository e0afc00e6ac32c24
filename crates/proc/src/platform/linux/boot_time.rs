//! The time of the boot, from which start times of processes are counted.

use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

use super::process::ticks;
use crate::ProcessId;

/// The time since the boot, by the clock that start times refer to. Unlike `/proc/uptime`,
/// containers cannot replace it.
pub(super) fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

/// When the system was booted, by the wall clock as it is set when this is read.
///
/// `btime` of `/proc/stat` is in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootTime(SystemTime);

impl BootTime {
    /// The time of the boot, unless the wall clock is wrong by decades.
    #[must_use]
    pub fn read() -> Option<Self> {
        SystemTime::now().checked_sub(since_boot()).map(Self)
    }

    /// The start of a process of this boot, rounded down to a clock tick.
    #[must_use]
    pub fn start_of(self, process: ProcessId) -> Option<SystemTime> {
        let per_second = rustix::param::clock_ticks_per_second();
        self.0.checked_add(ticks(process.started, per_second))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::{Duration, SystemTime};

    use super::BootTime;
    use crate::native::{ProcRoot, identify};

    #[test]
    fn a_process_has_started_when_the_wall_clock_says_so() {
        let before = SystemTime::now();
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let after = SystemTime::now();
        let root = ProcRoot::system().unwrap();
        let birth = identify(&root, child.id(), &mut Vec::new());
        let id = birth.unwrap().unwrap().id;
        let started = BootTime::read().unwrap().start_of(id).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let tick = Duration::from_millis(10);
        assert!(
            started > before - tick - tick / 10,
            "{before:?} {started:?}"
        );
        assert!(started <= after, "{started:?} {after:?}");
    }
}
