//! The reason for an abort of V8, read from the stack of the aborting thread.
//!
//! Node's out-of-memory handler has a pointer to the text of the reason on its stack while it calls
//! `abort(3)`, so when SIGABRT is delivered, the pointer is just above the stack pointer: by 296
//! bytes in Node 20 and 22, 312 in 24, 376 in 26, on x86-64 with glibc. The text is a constant of
//! the program. Unlike the message on stderr, it cannot be missed or forged.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// The message of V8, as printed by Node, Deno and others: `FATAL ERROR: Reached heap limit
/// Allocation failed - JavaScript heap out of memory`. The part before it depends on the place in
/// V8.
pub const FULL_HEAP_MESSAGE: &[u8] = b"Allocation failed - JavaScript heap out of memory";

/// How far above the stack pointer to search: ten times what was found, since the frames of `abort`
/// depend on the C library. The frames of V8 and JavaScript are further up.
const SEARCH_BYTES: usize = 4096;
/// User-space addresses that can be mapped.
const ADDRESSES: std::ops::Range<u64> = 4096..1 << 47;

/// Whether a process that is stopped at the delivery of SIGABRT aborts because a V8 heap is full.
/// `stack_pointer` is that of the thread that receives the signal.
///
/// Requires permission to read the memory of the process, as its tracer has. False if that fails.
#[must_use]
pub(crate) fn is_heap_abort(pid: u32, stack_pointer: u64) -> bool {
    let Ok(memory) = File::open(format!("/proc/{pid}/mem")) else {
        return false;
    };
    let mut stack = [0; SEARCH_BYTES];
    // A short read at the end of the stack is fine.
    let length = memory.read_at(&mut stack, stack_pointer).unwrap_or(0);
    let own = stack_pointer..stack_pointer.saturating_add(SEARCH_BYTES as u64);
    let mut before = None;
    stack[..length]
        .chunks_exact(size_of::<u64>())
        .filter_map(|word| word.try_into().ok().map(u64::from_ne_bytes))
        .filter(|address| ADDRESSES.contains(address) && !own.contains(address))
        // The same address is often repeated.
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

    use super::{FULL_HEAP_MESSAGE, is_heap_abort};

    /// Runs a Node program up to its SIGABRT, checks its stack there, and kills it.
    #[cfg(target_arch = "x86_64")]
    fn is_heap_abort_of(options: &[&str], program: &str) -> bool {
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
        let is_heap = loop {
            let mut status = 0;
            // SAFETY: the status is valid for writes during the call.
            assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
            assert!(libc::WIFSTOPPED(status), "it ended without an abort");
            if libc::WSTOPSIG(status) == libc::SIGABRT {
                break is_heap_abort(child.id(), stack_pointer(pid));
            }
            if libc::WSTOPSIG(status) != libc::SIGTRAP {
                pass = libc::WSTOPSIG(status);
            }
            // SAFETY: PTRACE_CONT dereferences no pointer.
            unsafe { libc::ptrace(libc::PTRACE_CONT, pid, null_mut::<u8>(), pass) };
            pass = 0;
        };
        child.kill().unwrap();
        child.wait().unwrap();
        is_heap
    }

    #[cfg(target_arch = "x86_64")]
    fn stack_pointer(pid: i32) -> u64 {
        let mut registers = std::mem::MaybeUninit::<libc::user_regs_struct>::zeroed();
        // SAFETY: the structure is valid for writes during the call, and all bytes are valid for
        // it.
        unsafe {
            let (nothing, place) = (null_mut::<u8>(), registers.as_mut_ptr());
            assert_eq!(libc::ptrace(libc::PTRACE_GETREGS, pid, nothing, place), 0);
            registers.assume_init().rsp
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_full_heap_is_recognized_by_the_stack() {
        let fill = "const a=[];for(;;)a.push(new Array(1000).fill(1))";
        assert!(is_heap_abort_of(&["--max-old-space-size=64"], fill));
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn another_abort_is_not_a_full_heap() {
        assert!(!is_heap_abort_of(&[], "process.abort()"));
        let prints = "console.error('Allocation failed - JavaScript heap out of memory');\
                      process.abort()";
        assert!(!is_heap_abort_of(&[], prints));
    }

    #[test]
    fn a_pointer_to_the_reason_is_found_and_nothing_else() {
        let pid = std::process::id();
        let place = |words: &[u64; 512]| words.as_ptr() as u64;
        let mut words = [0; 512];
        for (index, word) in words.iter_mut().enumerate() {
            *word = index as u64 * 0x0101_0101_0101;
        }
        assert!(!is_heap_abort(pid, place(&words)));
        words[511] = FULL_HEAP_MESSAGE.as_ptr() as u64 + 1;
        assert!(!is_heap_abort(pid, place(&words)));
        words[511] = FULL_HEAP_MESSAGE.as_ptr() as u64;
        assert!(is_heap_abort(pid, place(&words)));
    }

    #[test]
    fn unreadable_memory_is_not_a_full_heap() {
        assert!(!is_heap_abort(4_194_305, 4096));
        assert!(!is_heap_abort(std::process::id(), 0));
        assert!(!is_heap_abort(std::process::id(), u64::MAX));
    }
}
