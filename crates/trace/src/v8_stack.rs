//! V8's reason for an abort, read from the stack of the thread that aborts.
//!
//! Node's handler of a full heap holds a pointer to the text of the reason while it calls
//! `abort(3)`, so at the stop for the delivery of SIGABRT it is just above the stack pointer: 296
//! bytes in Node 20 and 22, 312 in 24, 376 in 26, on x86-64 with glibc. The text is a constant of
//! the program. It is there also when nobody has stderr, and no program can have written it.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// What V8 itself writes, by way of Node, Deno and others alike: `FATAL ERROR: Reached heap limit
/// Allocation failed - JavaScript heap out of memory`. The part before it depends on where in V8 it
/// happened.
pub const FULL_HEAP_MESSAGE: &[u8] = b"Allocation failed - JavaScript heap out of memory";

/// How far above the stack pointer is looked. What is further up are frames of V8 and of what it
/// ran; the frames of `abort` differ with the C library, so this is ten times what was found.
const LOOK_BYTES: usize = 4096;
/// Lower addresses are never mapped, and the kernel keeps higher ones for itself.
const ADDRESSES: std::ops::Range<u64> = 4096..1 << 47;

/// Whether a process that is stopped at the delivery of SIGABRT aborts because a heap of V8 is
/// full. `stack_pointer` is that of the thread that the signal is for.
///
/// For a tracer of the process, which may read its memory. False as well when that fails.
#[must_use]
pub(crate) fn stack_tells_of_heap(pid: u32, stack_pointer: u64) -> bool {
    let Ok(memory) = File::open(format!("/proc/{pid}/mem")) else {
        return false;
    };
    let mut stack = [0; LOOK_BYTES];
    // Less is read where the stack ends before.
    let length = memory.read_at(&mut stack, stack_pointer).unwrap_or(0);
    let own = stack_pointer..stack_pointer.saturating_add(LOOK_BYTES as u64);
    let mut before = None;
    stack[..length]
        .chunks_exact(size_of::<u64>())
        .filter_map(|word| word.try_into().ok().map(u64::from_ne_bytes))
        .filter(|address| ADDRESSES.contains(address) && !own.contains(address))
        // Often the same is saved several times in a row.
        .filter(|&address| before.replace(address) != Some(address))
        .any(|address| is_reason(&memory, address))
}

fn is_reason(memory: &File, address: u64) -> bool {
    let mut text = [0; FULL_HEAP_MESSAGE.len()];
    memory.read_exact_at(&mut text, address).is_ok() && text == *FULL_HEAP_MESSAGE
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::ptr::null_mut;

    use super::{FULL_HEAP_MESSAGE, stack_tells_of_heap};

    /// Runs a program of Node up to its SIGABRT and asks there. It is ended after.
    #[cfg(target_arch = "x86_64")]
    fn told_at_abort(options: &[&str], program: &str) -> bool {
        let mut command = Command::new("node");
        command
            .args(options)
            .args(["-e", program])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // SAFETY: between fork and exec only ptrace(2) is called, which is async-signal-safe.
        unsafe {
            command.pre_exec(|| match libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            });
        }
        // Only the main thread is traced, so its stops are those of the child.
        let mut child = command.spawn().expect("node starts");
        let pid = i32::try_from(child.id()).unwrap();
        let mut pass = 0;
        let told = loop {
            let mut status = 0;
            // SAFETY: the status is valid for the call, and the pid is that of a child of ours.
            assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
            assert!(libc::WIFSTOPPED(status), "it ended without an abort");
            if libc::WSTOPSIG(status) == libc::SIGABRT {
                break stack_tells_of_heap(child.id(), stack_pointer(pid));
            }
            if libc::WSTOPSIG(status) != libc::SIGTRAP {
                pass = libc::WSTOPSIG(status);
            }
            // SAFETY: it resumes a stopped tracee and follows no pointer.
            unsafe { libc::ptrace(libc::PTRACE_CONT, pid, null_mut::<u8>(), pass) };
            pass = 0;
        };
        child.kill().unwrap();
        child.wait().unwrap();
        told
    }

    #[cfg(target_arch = "x86_64")]
    fn stack_pointer(pid: i32) -> u64 {
        let mut registers = std::mem::MaybeUninit::<libc::user_regs_struct>::zeroed();
        // SAFETY: the structure is valid for the call, and zeroed it is a valid one.
        unsafe {
            let (nothing, place) = (null_mut::<u8>(), registers.as_mut_ptr());
            assert_eq!(libc::ptrace(libc::PTRACE_GETREGS, pid, nothing, place), 0);
            registers.assume_init().rsp
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_full_heap_is_told_by_the_stack() {
        let fill = "const a=[];for(;;)a.push(new Array(1000).fill(1))";
        assert!(told_at_abort(&["--max-old-space-size=64"], fill));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn another_abort_is_told_from_it() {
        assert!(!told_at_abort(&[], "process.abort()"));
        let prints = "console.error('Allocation failed - JavaScript heap out of memory');\
                      process.abort()";
        assert!(!told_at_abort(&[], prints));
    }

    #[test]
    fn a_pointer_to_the_reason_is_found_and_nothing_else() {
        let pid = std::process::id();
        let place = |words: &[u64; 512]| words.as_ptr() as u64;
        let mut words = [0; 512];
        for (index, word) in words.iter_mut().enumerate() {
            *word = index as u64 * 0x0101_0101_0101;
        }
        assert!(!stack_tells_of_heap(pid, place(&words)));
        words[511] = FULL_HEAP_MESSAGE.as_ptr() as u64 + 1;
        assert!(!stack_tells_of_heap(pid, place(&words)));
        words[511] = FULL_HEAP_MESSAGE.as_ptr() as u64;
        assert!(stack_tells_of_heap(pid, place(&words)));
    }

    #[test]
    fn what_cannot_be_read_tells_nothing() {
        assert!(!stack_tells_of_heap(4_194_305, 4096));
        assert!(!stack_tells_of_heap(std::process::id(), 0));
        assert!(!stack_tells_of_heap(std::process::id(), u64::MAX));
    }
}
