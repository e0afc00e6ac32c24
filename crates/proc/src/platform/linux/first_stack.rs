//! The arguments and environment of a program, read from its initial stack.
//!
//! From the stack pointer upwards, the kernel writes the number of arguments, their addresses, a
//! zero, the addresses of the environment variables, a zero, and above that the strings themselves,
//! one after the other.

use memchr::memchr;

use super::command_line::COMMAND_LINE_BYTES;
use crate::Startup;

const WORD: usize = size_of::<u64>();
/// Far more than a usual environment takes.
const READ_BYTES: usize = 32 << 10;

/// Reads the stack of a process that is stopped right after its exec. `None` if the arguments and
/// environment are not there as a whole; then `/proc` has to be read.
pub(super) fn startup_on_stack(
    pid: u32,
    stack_pointer: u64,
    text: &mut Vec<u8>,
) -> Option<Startup<'_>> {
    read_memory(pid, stack_pointer, text)?;
    parse(text, stack_pointer)
}

/// Reads up to `READ_BYTES`, less at the end of the mapping.
fn read_memory(pid: u32, address: u64, buffer: &mut Vec<u8>) -> Option<()> {
    buffer.clear();
    buffer.reserve(READ_BYTES);
    let own = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: READ_BYTES,
    };
    let other = libc::iovec {
        iov_base: std::ptr::without_provenance_mut(usize::try_from(address).ok()?),
        iov_len: READ_BYTES,
    };
    // SAFETY: the kernel writes at most `iov_len` bytes, for which there is capacity, and returns
    // how many it wrote. The remote address is only dereferenced in the other process.
    unsafe {
        let read =
            libc::process_vm_readv(pid.cast_signed(), &raw const own, 1, &raw const other, 1, 0);
        buffer.set_len(usize::try_from(read).ok()?);
    }
    Some(())
}

fn parse(stack: &[u8], address: u64) -> Option<Startup<'_>> {
    let count = usize::try_from(word(stack, 0)?).ok()?;
    let first = place(stack, 1, address)?;
    if count == 0 || word(stack, count.checked_add(1)?)? != 0 {
        return None;
    }
    let arguments = strings_end(stack, address, 1, count, first)?;
    let variables = (count + 2..stack.len() / WORD)
        .take_while(|&at| word(stack, at).is_some_and(|address| address != 0))
        .count();
    // The zero at the end proves that the list is complete.
    word(stack, count + 2 + variables)?;
    let environment = strings_end(stack, address, count + 2, variables, arguments)?;
    let shown = arguments.min(first + COMMAND_LINE_BYTES);
    Some(Startup {
        arguments: stack[first..shown].into(),
        environment: stack[arguments..environment].into(),
    })
}

/// Where `count` consecutive strings end that begin at `start`, if the list of addresses at `at`
/// agrees.
fn strings_end(stack: &[u8], address: u64, at: usize, count: usize, start: usize) -> Option<usize> {
    let mut last = None;
    for at in at..at + count {
        let place = place(stack, at, address)?;
        let is_next = match last {
            None => place == start,
            Some(last) => place > last && stack[place - 1] == 0,
        };
        last = is_next.then_some(place);
        last?;
    }
    match last {
        None => Some(start),
        Some(last) => Some(last + memchr(0, &stack[last..])? + 1),
    }
}

fn place(stack: &[u8], at: usize, address: u64) -> Option<usize> {
    let place = usize::try_from(word(stack, at)?.checked_sub(address)?).ok()?;
    (place < stack.len()).then_some(place)
}

fn word(stack: &[u8], at: usize) -> Option<u64> {
    let start = at.checked_mul(WORD)?;
    let bytes = stack.get(start..start.checked_add(WORD)?)?;
    Some(u64::from_ne_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};

    use super::{Startup, parse, startup_on_stack};
    use crate::native::{ProcRoot, startup};

    const ADDRESS: u64 = 0x7ffc_0000_1230;

    /// A stack as the kernel writes it.
    fn stack(arguments: &[&str], variables: &[&str]) -> Vec<u8> {
        let words = 3 + arguments.len() + variables.len();
        let mut texts = Vec::new();
        let mut address_of = |text: &str| {
            let place = words * 8 + 16 + texts.len();
            texts.extend(text.bytes().chain([0]));
            ADDRESS + place as u64
        };
        let mut list = vec![arguments.len() as u64];
        list.extend(arguments.iter().map(|text| address_of(text)));
        list.push(0);
        list.extend(variables.iter().map(|text| address_of(text)));
        list.push(0);
        let mut stack: Vec<u8> = list.into_iter().flat_map(u64::to_ne_bytes).collect();
        stack.extend([7; 16]);
        stack.extend(texts);
        stack
    }

    fn started_with<'a>(arguments: &'a str, environment: &'a str) -> Startup<'a> {
        Startup {
            arguments: arguments.as_bytes().into(),
            environment: environment.as_bytes().into(),
        }
    }

    #[test]
    fn arguments_and_variables_are_read_as_they_were_passed() {
        let several = stack(&["sh", "", "-c x"], &["A=1", "B="]);
        let one = stack(&["sh"], &[]);
        let expected = started_with("sh\0\0-c x\0", "A=1\0B=\0");
        assert_eq!(parse(&several, ADDRESS), Some(expected));
        assert_eq!(parse(&one, ADDRESS), Some(started_with("sh\0", "")));
    }

    #[test]
    fn a_truncated_stack_is_refused() {
        let whole = stack(&["sh", "-c"], &["A=1", "B=2"]);
        for length in 0..whole.len() {
            assert_eq!(parse(&whole[..length], ADDRESS), None, "{length}");
        }
    }

    #[test]
    fn an_unexpected_layout_is_refused() {
        assert_eq!(parse(&stack(&[], &["A=1"]), ADDRESS), None);
        assert_eq!(parse(&stack(&["sh"], &["A=1"]), ADDRESS + 8), None);
        assert_eq!(parse(&[0xff; 4096], ADDRESS), None);
    }

    /// A process that is stopped right after its exec.
    struct AtExec(Child);

    impl AtExec {
        fn start(command: &mut Command) -> Self {
            let be_traced = || {
                let nothing = std::ptr::null_mut::<libc::c_void>();
                // SAFETY: this asks for a stop at exec and touches no memory.
                match unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, nothing, nothing) } {
                    -1 => Err(io::Error::last_os_error()),
                    _ => Ok(()),
                }
            };
            // SAFETY: one system call is all that is done between fork and exec.
            let child = unsafe { command.pre_exec(be_traced) }.spawn().unwrap();
            let stopped = Self(child);
            let mut status = 0;
            // SAFETY: waits for the stop of this very child.
            let waited = unsafe { libc::waitpid(stopped.pid().cast_signed(), &raw mut status, 0) };
            assert!(waited > 0 && libc::WIFSTOPPED(status));
            stopped
        }

        fn pid(&self) -> u32 {
            self.0.id()
        }

        fn stack_pointer(&self) -> u64 {
            let text = fs::read_to_string(format!("/proc/{}/syscall", self.pid())).unwrap();
            let pointer = text.split_whitespace().rev().nth(1).unwrap();
            u64::from_str_radix(pointer.strip_prefix("0x").unwrap(), 16).unwrap()
        }
    }

    impl Drop for AtExec {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    fn the_stack_of_a_real_program_says_what_its_files_say() {
        let many = (0..150).map(|number| (format!("VARIABLE_{number}"), "x".repeat(50)));
        let mut commands = [(); 4].map(|()| Command::new("true"));
        let [plain, bare, long, crowded] = &mut commands;
        plain.arg("").arg("two words").env("EMPTY", "");
        bare.env_clear();
        long.args([(); 2].map(|()| "x".repeat(2_000))).env_clear();
        crowded.envs(many);
        for command in &mut commands {
            let program = AtExec::start(command);
            let mut text = Vec::new();
            let on_stack = startup_on_stack(program.pid(), program.stack_pointer(), &mut text);
            let in_files = startup(&ProcRoot::system().unwrap(), program.pid());
            assert!(in_files.is_some());
            assert_eq!(on_stack, in_files, "{command:?}");
        }
    }

    #[test]
    fn too_large_an_environment_is_refused() {
        let program = AtExec::start(Command::new("true").env("LONG", "x".repeat(100_000)));
        assert_eq!(
            startup_on_stack(program.pid(), program.stack_pointer(), &mut Vec::new()),
            None
        );
    }
}
