//! A process and its start by the wall clock, as a plain JavaScript value.

use std::time::UNIX_EPOCH;

use memtop_proc::ProcessId;
use memtop_proc::native::BootTime;
use napi_derive::napi;

use crate::record::millis;

/// A process and its start, in milliseconds since 1970.
#[napi(object, object_from_js = false)]
pub struct ProcessIdentity {
    pub pid: u32,
    /// Absent on a system that does not provide it.
    pub started_at_epoch_ms: Option<f64>,
}

impl ProcessIdentity {
    pub(crate) fn of(process: ProcessId, boot: Option<BootTime>) -> Self {
        let started = boot.and_then(|boot| boot.start_of(process));
        let since_epoch = started.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            pid: process.pid,
            started_at_epoch_ms: since_epoch.map(|time| millis(time).round()),
        }
    }
}

/// The process with this start time, in clock ticks since boot.
#[napi]
#[must_use]
pub fn process_identity(pid: u32, start_ticks: i64) -> ProcessIdentity {
    let started = start_ticks.cast_unsigned();
    ProcessIdentity::of(ProcessId { pid, started }, BootTime::read())
}
