//! Programs that trace others, or themselves. A process has one tracer at most, so memtop lets go
//! of what such a program may want.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;

use crate::elf::names_tracing;

/// These attach to processes that run already, so that all must be let go, and some of them are
/// linked in a way that tells nothing.
const DEBUGGERS: [&str; 12] = [
    "strace",
    "gdb",
    "gdbserver",
    "ltrace",
    "lldb",
    "lldb-server",
    "rr",
    "dlv",
    "criu",
    "reptyr",
    "uftrace",
    "py-spy",
];

/// What a program may want of tracing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing.
    None,
    /// To trace itself or what it starts.
    Own,
    /// To trace any process.
    Any,
}

/// What is known of programs that have been looked at: their files, by device, number and time of
/// the last change.
#[derive(Debug, Default)]
pub(crate) struct SelfTracing {
    known: HashMap<(u64, u64, i64), Wish>,
}

impl SelfTracing {
    /// What the program that a process has just become may want.
    pub(crate) fn wish_of(&mut self, pid: i32) -> Wish {
        let exe = format!("/proc/{pid}/exe");
        let Ok(about) = fs::metadata(&exe) else {
            return Wish::None;
        };
        let file = (about.dev(), about.ino(), about.mtime());
        *self.known.entry(file).or_insert_with(|| look(&exe))
    }
}

fn look(exe: &str) -> Wish {
    let name = fs::read_link(exe).unwrap_or_default();
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    if DEBUGGERS.contains(&&*name) {
        return Wish::Any;
    }
    match File::open(exe) {
        Ok(file) if names_tracing(&file) => Wish::Own,
        _ => Wish::None,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{SelfTracing, Wish};

    #[test]
    fn an_ordinary_program_wants_nothing_and_is_looked_at_once() {
        let mut programs = SelfTracing::default();
        // It has exec'd when `spawn` returns.
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        let pid = child.id().cast_signed();
        assert_eq!(programs.wish_of(pid), Wish::None);
        assert_eq!(programs.wish_of(pid), Wish::None);
        assert_eq!(programs.known.len(), 1);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_program_that_takes_ptrace_from_its_libraries_may_want_to_trace() {
        // This one does, to try what a tracer reads.
        let own = std::process::id().cast_signed();
        assert_eq!(SelfTracing::default().wish_of(own), Wish::Own);
    }

    #[test]
    fn nobody_wants_nothing() {
        assert_eq!(SelfTracing::default().wish_of(i32::MAX), Wish::None);
    }
}
