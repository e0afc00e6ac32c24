//! One traced thread, and where it comes from.

use libc::pid_t;
use memtop_proc::native::{ProcRoot, field, same_memory};
use memtop_sampler::Kinship;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Tracee {
    /// The process that it belongs to; its own id if it is the first thread.
    pub(crate) process: pid_t,
    /// Whether its tracing ends at its next stop.
    pub(crate) is_let_go: bool,
}

impl Tracee {
    pub(crate) fn of(process: pid_t) -> Self {
        Self {
            process,
            is_let_go: false,
        }
    }

    /// Whether it is its process's first thread; this one has the id `tid`.
    pub(crate) fn is_first(self, tid: pid_t) -> bool {
        self.process == tid
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Thread { of: pid_t },
    Process { parent: pid_t, kinship: Kinship },
}

pub(crate) fn is_thread_of(tid: pid_t, process: pid_t) -> bool {
    // SAFETY: signal 0 is none; the call says whether there is such a thread.
    unsafe { libc::syscall(libc::SYS_tgkill, process, tid, 0) == 0 }
}

/// Whose memory a process has that was started a moment ago and has not run yet, so that it cannot
/// have become another program. Neither the event nor the system call tells: what is no thread may
/// have its parent's memory for good (`CLONE_VM`), and one whose parent waits may have a copy.
/// `otherwise` is for kernels that do not answer.
pub(crate) fn kinship(parent: pid_t, child: pid_t, otherwise: Kinship) -> Kinship {
    match same_memory(parent.cast_unsigned(), child.cast_unsigned()) {
        Some(true) => Kinship::SameMemory,
        Some(false) => Kinship::Copy,
        None => otherwise,
    }
}

/// Asks `/proc`. One that is gone already counts as a process of nobody known.
pub(crate) fn origin(proc: &ProcRoot, tid: pid_t, text: &mut Vec<u8>) -> Origin {
    let read = proc.read_process_file(tid.cast_unsigned(), "status", text);
    let number = |name: &str| field(text, name)?.parse::<pid_t>().ok();
    let known = matches!(read, Ok(Some(())));
    match (number("Tgid"), number("PPid")) {
        (Some(process), Some(_)) if known && process != tid => Origin::Thread { of: process },
        (_, Some(parent)) if known => Origin::Process {
            parent,
            kinship: kinship(parent, tid, Kinship::Copy),
        },
        _ => Origin::Process {
            parent: 0,
            kinship: Kinship::Copy,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, is_thread_of, origin};
    use memtop_proc::native::ProcRoot;
    use memtop_sampler::Kinship;

    #[test]
    fn a_thread_and_a_process_are_told_apart() {
        let proc = ProcRoot::system().unwrap();
        let own = std::process::id().cast_signed();
        // SAFETY: it takes nothing and cannot fail.
        let tid = unsafe { libc::gettid() };
        assert!(is_thread_of(tid, own) && !is_thread_of(1, own));
        assert_ne!(tid, own, "tests run in threads");
        let mut text = Vec::new();
        assert_eq!(origin(&proc, tid, &mut text), Origin::Thread { of: own });
        let parent = std::os::unix::process::parent_id().cast_signed();
        let kinship = Kinship::Copy;
        assert_eq!(
            origin(&proc, own, &mut text),
            Origin::Process { parent, kinship }
        );
    }
}
