//! `/proc/PID/statm` and `/proc/loadavg`: a few numbers each.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memtop_proc::native::{parse_last_pid, resident_pages};

fuzz_target!(|text: &[u8]| {
    let _ = resident_pages(text);
    let _ = parse_last_pid(text);
});
