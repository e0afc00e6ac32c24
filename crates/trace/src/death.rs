//! A process killed by a signal, as seen by its tracer.

use memtop_proc::native::{ProcRoot, describe};

/// The death of a process by a signal, with what its memory shows of the reason.
#[derive(Clone, Debug)]
pub struct Death {
    /// Which process, and which signal.
    pub of: memtop_sampler::Death,
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
            of: memtop_sampler::Death {
                pid,
                signal,
                description: describe(proc, pid, text).unwrap_or_default(),
                highest_bytes,
            },
            is_of_full_heap,
            node_options: variable,
        }
    }
}

/// A death that was only reported: nothing is known of the memory.
impl From<memtop_sampler::Death> for Death {
    fn from(of: memtop_sampler::Death) -> Self {
        Self {
            of,
            is_of_full_heap: false,
            node_options: None,
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
