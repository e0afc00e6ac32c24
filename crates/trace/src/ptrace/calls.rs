//! Wrappers of `ptrace(2)`, and the reports of traced threads.

use std::io;
use std::mem::MaybeUninit;

use libc::{c_int, c_long, c_void, pid_t};
use memtop_proc::native::{Waited, wait4};

/// The type of requests in the C library.
#[cfg(target_env = "musl")]
type Request = c_int;
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;

/// Stop at forks, new threads and exec.
const EVENTS: c_int = libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC;

/// Why a traced thread has stopped, or that it has ended.
#[derive(Clone, Copy, Debug)]
pub enum Report {
    /// It has ended. Reported for a leader only after all other threads of its process have ended.
    Ended(Waited),
    /// It was attached, interrupted, or continues after a group stop.
    Trapped,
    /// A signal has stopped its whole process, until the process is continued.
    GroupStop,
    /// A signal is about to be delivered.
    Signal(c_int),
    /// It called `fork`.
    Fork,
    /// It called `vfork`.
    Vfork,
    /// It started a thread, or a process by other flags of `clone`.
    Clone,
    /// It called exec.
    Exec,
    /// It is about to end.
    Exit,
}

/// Waits for the next report of a thread that the calling thread traces, or of its children. `None`
/// if a signal interrupted the wait.
///
/// # Errors
/// If there is nothing to wait for.
pub fn next_report() -> io::Result<Option<(pid_t, Report)>> {
    wait_for_report(0)
}

/// The same without blocking: `None` if there is no report.
pub(crate) fn try_next_report() -> io::Result<Option<(pid_t, Report)>> {
    wait_for_report(libc::WNOHANG)
}

fn wait_for_report(options: c_int) -> io::Result<Option<(pid_t, Report)>> {
    match wait4(-1, libc::__WALL | libc::__WNOTHREAD | options) {
        Ok(Some(waited)) => Ok(Some((waited.pid, report(&waited)))),
        Ok(None) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(error) => Err(error),
    }
}

fn report(waited: &Waited) -> Report {
    if !libc::WIFSTOPPED(waited.status) {
        return Report::Ended(*waited);
    }
    let signal = libc::WSTOPSIG(waited.status);
    match waited.status >> 16 {
        libc::PTRACE_EVENT_FORK => Report::Fork,
        libc::PTRACE_EVENT_VFORK => Report::Vfork,
        libc::PTRACE_EVENT_CLONE => Report::Clone,
        libc::PTRACE_EVENT_EXEC => Report::Exec,
        libc::PTRACE_EVENT_EXIT => Report::Exit,
        libc::PTRACE_EVENT_STOP => match signal {
            libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => Report::GroupStop,
            _ => Report::Trapped,
        },
        _ => Report::Signal(signal),
    }
}

/// The tracing options of a thread.
#[derive(Clone, Copy, Debug)]
pub struct StopsAt {
    /// Whether it stops before it ends.
    pub exit: bool,
    /// Whether it is killed when its tracer exits.
    pub dies_with_tracer: bool,
}

impl StopsAt {
    fn bits(self) -> *mut c_void {
        let mut bits = EVENTS;
        if self.exit {
            bits |= libc::PTRACE_O_TRACEEXIT;
        }
        if self.dies_with_tracer {
            bits |= libc::PTRACE_O_EXITKILL;
        }
        number(bits)
    }
}

/// Attaches to a thread without stopping it.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn seize(tid: pid_t, stops_at: StopsAt) -> io::Result<()> {
    call(libc::PTRACE_SEIZE, tid, stops_at.bits())
}

/// Changes the tracing options of a stopped thread.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn set_stops(tid: pid_t, stops_at: StopsAt) -> io::Result<()> {
    call(libc::PTRACE_SETOPTIONS, tid, stops_at.bits())
}

/// Resumes a stopped thread, delivering a signal unless it is 0.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn resume(tid: pid_t, signal: c_int) -> io::Result<()> {
    call(libc::PTRACE_CONT, tid, number(signal))
}

/// Leaves a thread in its group stop, but keeps receiving its reports.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn listen(tid: pid_t) -> io::Result<()> {
    call(libc::PTRACE_LISTEN, tid, number(0))
}

/// Stops a running thread.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn interrupt(tid: pid_t) -> io::Result<()> {
    call(libc::PTRACE_INTERRUPT, tid, number(0))
}

/// Detaches from a stopped thread, delivering a signal unless it is 0.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn detach(tid: pid_t, signal: c_int) -> io::Result<()> {
    call(libc::PTRACE_DETACH, tid, number(signal))
}

/// The event message of a report: the id of the new thread, the former id at exec, or the wait
/// status at exit.
///
/// # Errors
/// If the thread is gone or may not be traced.
pub fn message(tid: pid_t) -> io::Result<c_int> {
    let mut message = MaybeUninit::<libc::c_ulong>::zeroed();
    call(libc::PTRACE_GETEVENTMSG, tid, message.as_mut_ptr().cast())?;
    // SAFETY: an integer is valid for any bytes, and these are initialized to zero.
    let message = unsafe { message.assume_init() };
    c_int::try_from(message).map_err(io::Error::other)
}

/// The stack pointer of a stopped thread. `None` if the thread is gone or not stopped.
#[cfg(target_arch = "x86_64")]
#[must_use]
pub fn stack_pointer(tid: pid_t) -> Option<u64> {
    // Four times as fast as reading all registers.
    let place = std::mem::offset_of!(libc::user_regs_struct, rsp);
    let nothing = std::ptr::null_mut::<c_void>();
    // SAFETY: the request returns one word of the registers of the other thread and accesses no
    // memory of this process.
    let pointer = unsafe { libc::ptrace(libc::PTRACE_PEEKUSER, tid, place, nothing) };
    // -1 is an error: no stack is at the last address.
    (pointer != -1).then(|| pointer.cast_unsigned())
}

/// The stack pointer of a stopped thread. `None` if the thread is gone or not stopped.
#[cfg(target_arch = "aarch64")]
#[must_use]
pub fn stack_pointer(tid: pid_t) -> Option<u64> {
    /// The general-purpose registers.
    const NT_PRSTATUS: usize = 1;
    let mut registers = MaybeUninit::<libc::user_regs_struct>::zeroed();
    let mut place = libc::iovec {
        iov_base: registers.as_mut_ptr().cast(),
        iov_len: size_of::<libc::user_regs_struct>(),
    };
    // SAFETY: the kernel writes at most `iov_len` bytes to the structure, for which all bytes, such
    // as the initial zeros, are valid.
    let registers = unsafe {
        let kind = std::ptr::without_provenance_mut::<c_void>(NT_PRSTATUS);
        let place = (&raw mut place).cast::<c_void>();
        if libc::ptrace(libc::PTRACE_GETREGSET, tid, kind, place) != 0 {
            return None;
        }
        registers.assume_init()
    };
    Some(registers.sp)
}

/// The stack pointer of a stopped thread. Unknown on this architecture.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[must_use]
pub fn stack_pointer(_: pid_t) -> Option<u64> {
    None
}

fn call(request: Request, tid: pid_t, data: *mut c_void) -> io::Result<()> {
    let nothing = std::ptr::null_mut::<c_void>();
    // SAFETY: the callers pass either a number as data, or a pointer to one writable word.
    let answer: c_long = unsafe { libc::ptrace(request, tid, nothing, data) };
    match answer {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// A number as a pointer argument.
fn number(value: c_int) -> *mut c_void {
    std::ptr::without_provenance_mut(value.cast_unsigned() as usize)
}

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::{StopsAt, interrupt, seize, stack_pointer};
    use memtop_proc::native::wait4;

    #[test]
    fn the_stack_pointer_is_the_one_in_proc() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let tid = child.id().cast_signed();
        let stops_at = StopsAt {
            exit: false,
            dies_with_tracer: true,
        };
        seize(tid, stops_at).unwrap();
        interrupt(tid).unwrap();
        wait4(tid, libc::__WALL).unwrap();
        let syscall = fs::read_to_string(format!("/proc/{tid}/syscall")).unwrap();
        let pointer = syscall.split_whitespace().rev().nth(1).unwrap();
        let pointer = u64::from_str_radix(pointer.trim_start_matches("0x"), 16).unwrap();
        assert_eq!(stack_pointer(tid), Some(pointer));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(stack_pointer(tid), None, "the process is gone");
    }
}
