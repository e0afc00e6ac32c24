//! `/proc/PID/stat`, in which a process chooses a part of the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memtop_proc::native::Stat;

fuzz_target!(|text: &[u8]| {
    if Stat::parse(text).is_ok() {
        assert!(Stat::name(text).is_some(), "what can be parsed has a name");
    }
    // A name of any bytes must not change what the numbers around it say.
    let tail =
        b") S 7 8 9 0 -1 64 1 0 0 0 1 2 0 0 20 0 1 0 4242 1 2 3 1 1 0 0 0 0 0 0 0 0 0 0 0 17 0";
    let whole = [b"42 (", text, tail].concat();
    let stat = Stat::parse(&whole).expect("it is of the documented form");
    assert_eq!((stat.pid, stat.parent, stat.started), (42, 7, 4242));
    assert_eq!(Stat::name(&whole), Some(text));
});
