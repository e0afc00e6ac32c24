//! `/proc/PID/cmdline`, all of which a process may overwrite.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memtop_proc::native::split_arguments;

fuzz_target!(|text: &[u8]| {
    let ends = text.iter().filter(|&&byte| byte == 0).count();
    assert!(split_arguments(text).len() <= ends + 1);
});
