//! Programs that trace others or themselves. A process has at most one tracer, so memtop detaches
//! from the processes that such a program may trace.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;

use crate::ptrace::elf::names_tracing;

/// Programs that attach to running processes, so that all must be detached. Recognized by name,
/// since some are linked statically.
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

/// Which processes a program may trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TracingScope {
    /// None.
    None,
    /// Itself or its children.
    Own,
    /// Any process.
    Any,
}

/// Finds which programs may trace. Remembers them by device, inode and modification time.
#[derive(Debug, Default)]
pub(crate) struct SelfTracing {
    known: HashMap<(u64, u64, i64), TracingScope>,
}

impl SelfTracing {
    /// The processes that the program of a process may trace.
    pub(crate) fn of_program(&mut self, pid: i32) -> TracingScope {
        let exe = format!("/proc/{pid}/exe");
        let Ok(metadata) = fs::metadata(&exe) else {
            return TracingScope::None;
        };
        let file = (metadata.dev(), metadata.ino(), metadata.mtime());
        *self
            .known
            .entry(file)
            .or_insert_with(|| of_executable(&exe))
    }
}

fn of_executable(exe: &str) -> TracingScope {
    let name = fs::read_link(exe).unwrap_or_default();
    let name = name.file_name().unwrap_or_default().to_string_lossy();
    if DEBUGGERS.contains(&&*name) {
        return TracingScope::Any;
    }
    match File::open(exe) {
        Ok(file) if names_tracing(&file) => TracingScope::Own,
        _ => TracingScope::None,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{SelfTracing, TracingScope};

    #[test]
    fn an_ordinary_program_traces_nothing_and_is_read_once() {
        let mut programs = SelfTracing::default();
        // It has exec'd when `spawn` returns.
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        let pid = child.id().cast_signed();
        assert_eq!(programs.of_program(pid), TracingScope::None);
        assert_eq!(programs.of_program(pid), TracingScope::None);
        assert_eq!(programs.known.len(), 1);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_program_that_links_to_ptrace_may_trace() {
        // This test program does.
        let own = std::process::id().cast_signed();
        assert_eq!(SelfTracing::default().of_program(own), TracingScope::Own);
    }

    #[test]
    fn a_missing_process_traces_nothing() {
        assert_eq!(
            SelfTracing::default().of_program(i32::MAX),
            TracingScope::None
        );
    }
}
