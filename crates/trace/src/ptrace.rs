//! The calls of `ptrace(2)` that are needed, and what a stop means.

use std::io;
use std::mem::MaybeUninit;

use libc::{c_int, c_long, c_void, pid_t};
use memtop_proc::native::{Waited, wait4};

/// How the C library declares the requests.
#[cfg(target_env = "musl")]
type Request = c_int;
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;

/// Stop at whatever starts a process or a thread, at exec and before the end.
const EVENTS: c_int = libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC;

/// Why a traced thread has stopped, or that it has ended.
#[derive(Clone, Copy, Debug)]
pub enum Report {
    /// It is over. Of a process's first thread this comes when all its threads are.
    Ended(Waited),
    /// It has just been attached, was interrupted, or goes on after a stop of its group.
    Trapped,
    /// A signal has stopped its whole process, which stays so until it is continued by another.
    GroupStop,
    /// A signal is about to be delivered.
    Signal(c_int),
    /// It has started a process, as `fork` does.
    Fork,
    /// It has started a process and waits for it, as `vfork` does.
    Vfork,
    /// It has started a thread, or a process in an unusual way.
    Clone,
    /// Its process has become another program.
    Exec,
    /// It is about to end.
    Exit,
}

/// Waits for the next report of any thread that this one traces, or of its children. `None` when
/// a signal came instead.
///
/// # Errors
/// When there is nobody to wait for.
pub fn next_report() -> io::Result<Option<(pid_t, Report)>> {
    reported(0)
}

/// The same without waiting: `None` as well when there is no report.
pub(crate) fn report_if_any() -> io::Result<Option<(pid_t, Report)>> {
    reported(libc::WNOHANG)
}

fn reported(options: c_int) -> io::Result<Option<(pid_t, Report)>> {
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

/// What a traced thread stops at.
#[derive(Clone, Copy, Debug)]
pub struct StopsAt {
    /// Whether it stops before its end.
    pub exit: bool,
    /// Whether it dies with the thread that traces it.
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

/// Starts to trace a thread without stopping it.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn seize(tid: pid_t, stops_at: StopsAt) -> io::Result<()> {
    call(libc::PTRACE_SEIZE, tid, stops_at.bits())
}

/// Changes what a stopped thread stops at.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn set_stops(tid: pid_t, stops_at: StopsAt) -> io::Result<()> {
    call(libc::PTRACE_SETOPTIONS, tid, stops_at.bits())
}

/// Lets a stopped thread go on, with a signal or with 0 for none.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn go_on(tid: pid_t, signal: c_int) -> io::Result<()> {
    call(libc::PTRACE_CONT, tid, number(signal))
}

/// Leaves a thread in the stop of its group, and hears of its end.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn listen(tid: pid_t) -> io::Result<()> {
    call(libc::PTRACE_LISTEN, tid, number(0))
}

/// Makes a running thread stop.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn interrupt(tid: pid_t) -> io::Result<()> {
    call(libc::PTRACE_INTERRUPT, tid, number(0))
}

/// Ends the tracing of a stopped thread, which goes on with a signal or with 0 for none.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn detach(tid: pid_t, signal: c_int) -> io::Result<()> {
    call(libc::PTRACE_DETACH, tid, number(signal))
}

/// What the kernel adds to a report: the new thread's id, the former one at exec, or how it ends.
///
/// # Errors
/// When the thread is gone or may not be traced.
pub fn message(tid: pid_t) -> io::Result<c_int> {
    let mut message = MaybeUninit::<libc::c_ulong>::zeroed();
    call(libc::PTRACE_GETEVENTMSG, tid, message.as_mut_ptr().cast())?;
    // SAFETY: a zeroed number is a number.
    let message = unsafe { message.assume_init() };
    c_int::try_from(message).map_err(io::Error::other)
}

/// The stack pointer of a stopped thread; `None` when there is none.
#[cfg(target_arch = "x86_64")]
#[must_use]
pub fn stack_pointer(tid: pid_t) -> Option<u64> {
    // One register takes a quarter of the time that all of them do.
    let place = std::mem::offset_of!(libc::user_regs_struct, rsp);
    let nothing = std::ptr::null_mut::<c_void>();
    // SAFETY: the request reads one word of the other's registers and touches no memory here.
    let pointer = unsafe { libc::ptrace(libc::PTRACE_PEEKUSER, tid, place, nothing) };
    // No stack is at the very end of all addresses.
    (pointer != -1).then(|| pointer.cast_unsigned())
}

/// The stack pointer of a stopped thread; `None` when there is none.
#[cfg(target_arch = "aarch64")]
#[must_use]
pub fn stack_pointer(tid: pid_t) -> Option<u64> {
    /// The general registers, among the kinds of `ptrace(2)`.
    const NT_PRSTATUS: usize = 1;
    let mut registers = MaybeUninit::<libc::user_regs_struct>::zeroed();
    let mut place = libc::iovec {
        iov_base: registers.as_mut_ptr().cast(),
        iov_len: size_of::<libc::user_regs_struct>(),
    };
    // SAFETY: the kernel writes at most `iov_len` bytes to the structure, which is a valid one when
    // zeroed.
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

/// The stack pointer of a stopped thread: not known on this processor.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[must_use]
pub fn stack_pointer(_: pid_t) -> Option<u64> {
    None
}

fn call(request: Request, tid: pid_t, data: *mut c_void) -> io::Result<()> {
    let nothing = std::ptr::null_mut::<c_void>();
    // SAFETY: the requests used here take a number as data, or write one word where it points to.
    let answer: c_long = unsafe { libc::ptrace(request, tid, nothing, data) };
    match answer {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// A number in a pointer's place.
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
    fn the_stack_pointer_is_the_one_that_proc_tells() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let tid = child.id().cast_signed();
        let stops_at = StopsAt {
            exit: false,
            dies_with_tracer: true,
        };
        seize(tid, stops_at).unwrap();
        interrupt(tid).unwrap();
        wait4(tid, libc::__WALL).unwrap();
        let told = fs::read_to_string(format!("/proc/{tid}/syscall")).unwrap();
        let told = told.split_whitespace().rev().nth(1).unwrap();
        let told = u64::from_str_radix(told.trim_start_matches("0x"), 16).unwrap();
        assert_eq!(stack_pointer(tid), Some(told));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(stack_pointer(tid), None, "nobody is there");
    }
}
