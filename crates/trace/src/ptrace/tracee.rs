//! A traced thread, and its origin.

use libc::pid_t;
use memtop_proc::native::{ProcRoot, field, same_memory};
use memtop_sampler::InitialMemory;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Tracee {
    /// Its process; its own id if it is the leader.
    pub(crate) process: pid_t,
    /// Whether it is detached at its next stop.
    pub(crate) is_detaching: bool,
}

impl Tracee {
    pub(crate) fn of(process: pid_t) -> Self {
        Self {
            process,
            is_detaching: false,
        }
    }

    /// Whether it is the leader of its process, given its own id.
    pub(crate) fn is_leader(self, tid: pid_t) -> bool {
        self.process == tid
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Thread {
        of: pid_t,
    },
    Process {
        parent: pid_t,
        memory: InitialMemory,
    },
}

pub(crate) fn is_thread_of(tid: pid_t, process: pid_t) -> bool {
    // SAFETY: tgkill takes only numbers. Signal 0 sends nothing and checks that the thread exists.
    unsafe { libc::syscall(libc::SYS_tgkill, process, tid, 0) == 0 }
}

/// Whether a new process, which has not run yet and so not called exec, shares the memory of its
/// parent or has a copy of it. Neither the event nor the system call decides: a child may share
/// memory for good (`CLONE_VM`), and the child of a waiting parent may have a copy. Returns
/// `default` on kernels that cannot compare.
pub(crate) fn memory(parent: pid_t, child: pid_t, default: InitialMemory) -> InitialMemory {
    match same_memory(parent.cast_unsigned(), child.cast_unsigned()) {
        Some(true) => InitialMemory::OfParent,
        Some(false) => InitialMemory::CopyOfParent,
        None => default,
    }
}

/// The origin according to `/proc`. A thread that is gone counts as a process without parent.
pub(crate) fn origin(proc: &ProcRoot, tid: pid_t, text: &mut Vec<u8>) -> Origin {
    let read = proc.read_process_file(tid.cast_unsigned(), "status", text);
    let number = |name: &str| field(text, name)?.parse::<pid_t>().ok();
    let known = matches!(read, Ok(Some(())));
    match (number("Tgid"), number("PPid")) {
        (Some(process), Some(_)) if known && process != tid => Origin::Thread { of: process },
        (_, Some(parent)) if known => Origin::Process {
            parent,
            memory: memory(parent, tid, InitialMemory::CopyOfParent),
        },
        _ => Origin::Process {
            parent: 0,
            memory: InitialMemory::CopyOfParent,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, is_thread_of, origin};
    use memtop_proc::native::ProcRoot;
    use memtop_sampler::InitialMemory;
    use rustix::thread::gettid;

    #[test]
    fn threads_and_processes_are_distinguished() {
        let proc = ProcRoot::system().unwrap();
        let own = std::process::id().cast_signed();
        let tid = gettid().as_raw_nonzero().get();
        assert!(is_thread_of(tid, own) && !is_thread_of(1, own));
        assert_ne!(tid, own, "tests run in threads");
        let mut text = Vec::new();
        assert_eq!(origin(&proc, tid, &mut text), Origin::Thread { of: own });
        let parent = std::os::unix::process::parent_id().cast_signed();
        let memory = InitialMemory::CopyOfParent;
        assert_eq!(
            origin(&proc, own, &mut text),
            Origin::Process { parent, memory }
        );
    }
}
