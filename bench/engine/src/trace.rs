//! The least that tracing every process of a command can cost: each stop is answered at once, what
//! the kernel remembers of a process is read at its end, and nothing is done with it. Where that is
//! asked for, what each program is started with is read, too, and nothing is done with that either.

use std::ffi::CString;
use std::fs::File;
use std::io::Read;
use std::ptr;

use libc::{c_int, c_void};

use crate::clock::{cpu_of, micros};

/// Runs a command to its end and ends as it did, with its code.
pub fn run(words: &[&str]) -> Result<(), String> {
    let root = start(words)?;
    std::process::exit(until_all_end(root, &mut |_| {}))
}

/// Runs a command to its end and prints the microseconds of CPU that this program took meanwhile.
pub fn cost(words: &[&str]) -> Result<(), String> {
    let (reads, words) = match words {
        ["--first-stack", words @ ..] => (true, words),
        words => (false, words),
    };
    if reads && !cfg!(target_arch = "x86_64") {
        return Err("where the stack is is only known of x86-64 here".to_owned());
    }
    let root = start(words)?;
    let mut text = vec![0; 32 << 10];
    let mut at_exec = |tid| {
        if reads {
            read_first_stack(tid, &mut text);
        }
    };
    // There is one thread.
    let (cpu, _) = cpu_of(|| until_all_end(root, &mut at_exec));
    println!("{}", micros(cpu));
    Ok(())
}

fn start(words: &[&str]) -> Result<c_int, String> {
    let arguments: Result<Vec<CString>, _> = words.iter().map(|&word| CString::new(word)).collect();
    let arguments = arguments.map_err(|error| error.to_string())?;
    let mut list: Vec<_> = arguments.iter().map(|word| word.as_ptr()).collect();
    list.push(ptr::null());
    let program = *list.first().ok_or("which command?")?;
    let mut gate = [0; 2];
    // SAFETY: the array is as long as pipe needs. This program has one thread, so its child may do
    // what it likes, and the list ends with a null.
    let root = unsafe {
        libc::pipe(gate.as_mut_ptr());
        let child = libc::fork();
        if child == 0 {
            let mut byte = 0_u8;
            libc::close(gate[1]);
            libc::read(gate[0], (&raw mut byte).cast(), 1);
            libc::execvp(program, list.as_ptr());
            libc::_exit(127);
        }
        child
    };
    let stops = libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEEXEC
        | libc::PTRACE_O_TRACEEXIT;
    trace(libc::PTRACE_SEIZE, root, stops);
    // SAFETY: both are this program's own.
    unsafe {
        libc::close(gate[0]);
        libc::close(gate[1]);
    }
    Ok(root)
}

/// Handles every stop, and returns how the root ended. `at_exec` is called for each new program.
fn until_all_end(root: c_int, at_exec: &mut dyn FnMut(c_int)) -> c_int {
    let mut text = [0; 4096];
    let mut code = 0;
    loop {
        let mut status = 0;
        // SAFETY: the status is valid for the call.
        let tid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        if tid < 0 {
            return code;
        }
        if !libc::WIFSTOPPED(status) {
            if tid == root {
                code = libc::WEXITSTATUS(status);
            }
            continue;
        }
        let (event, signal) = (status >> 16, libc::WSTOPSIG(status));
        if event == libc::PTRACE_EVENT_EXEC {
            at_exec(tid);
        }
        if event == libc::PTRACE_EVENT_EXIT
            && let Ok(mut file) = File::open(format!("/proc/{tid}/status"))
        {
            // What cannot be read costs nothing.
            let _ = file.read(&mut text);
        }
        trace(libc::PTRACE_CONT, tid, if event == 0 { signal } else { 0 });
    }
}

/// How the C library declares the requests.
#[cfg(target_env = "musl")]
type Request = c_int;
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;

fn trace(request: Request, tid: c_int, data: c_int) {
    let data = ptr::without_provenance_mut::<c_void>(data.cast_unsigned() as usize);
    // SAFETY: these requests take a number and follow no pointer.
    unsafe { libc::ptrace(request, tid, ptr::null_mut::<c_void>(), data) };
}

/// What the kernel lays on the stack of a new program: its arguments and variables.
#[cfg(target_arch = "x86_64")]
fn read_first_stack(tid: c_int, text: &mut [u8]) {
    let place = std::mem::offset_of!(libc::user_regs_struct, rsp);
    let own = libc::iovec {
        iov_base: text.as_mut_ptr().cast(),
        iov_len: text.len(),
    };
    // SAFETY: the first request reads one register, and the second call writes at most as many bytes
    // as there is room for.
    unsafe {
        let pointer = libc::ptrace(libc::PTRACE_PEEKUSER, tid, place, ptr::null_mut::<c_void>());
        let other = libc::iovec {
            iov_base: ptr::without_provenance_mut(usize::try_from(pointer).unwrap_or_default()),
            iov_len: text.len(),
        };
        libc::process_vm_readv(tid, &raw const own, 1, &raw const other, 1, 0);
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn read_first_stack(_: c_int, _: &mut [u8]) {}
