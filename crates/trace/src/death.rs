//! A process killed by a signal, as seen by its tracer.

use memtop_proc::Description;
use memtop_proc::native::{ProcRoot, describe};

/// The death of a process by a signal.
#[derive(Clone, Debug)]
pub struct Death {
    /// Its pid.
    pub pid: u32,
    /// The signal.
    pub signal: i32,
    /// Its name and command line.
    pub description: Description,
    /// The highest resident memory that it ever had.
    pub highest_bytes: Option<u64>,
    /// Whether it aborted because a V8 heap was full.
    pub is_of_full_heap: bool,
    /// Its `NODE_OPTIONS`, which can set the size of a V8 heap. Only read if the heap was full.
    pub node_options: Option<String>,
}

impl Death {
    /// Reads a process that is about to end.
    pub(crate) fn read(
        proc: &ProcRoot,
        pid: u32,
        signal: i32,
        highest_bytes: Option<u64>,
        is_of_full_heap: bool,
        text: &mut Vec<u8>,
    ) -> Self {
        let variable = is_of_full_heap
            .then(|| variable(proc, pid, b"NODE_OPTIONS=", text))
            .flatten();
        Self {
            pid,
            signal,
            description: describe(proc, pid, text).unwrap_or_default(),
            highest_bytes,
            is_of_full_heap,
            node_options: variable,
        }
    }
}

fn variable(proc: &ProcRoot, pid: u32, name: &[u8], text: &mut Vec<u8>) -> Option<String> {
    proc.read_process_file(pid, "environ", text).ok()??;
    let value = text
        .split(|&byte| byte == 0)
        .find_map(|variable| variable.strip_prefix(name))?;
    Some(String::from_utf8_lossy(value).into_owned())
}
