//! Whether processes can be traced, and whether tracing affects their privileges.

use rustix::process::geteuid;

use crate::native::fields::field;
use crate::native::root::read_whole;
use crate::native::{CAP_SYS_PTRACE, ProcRoot, has_effective, has_no_new_privileges};

/// A pid that no process has: it is above every limit of the kernel.
const UNUSED_PID: libc::pid_t = libc::pid_t::MAX;

/// What affects the use of `ptrace(2)` by this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TracingSurvey {
    /// Why the system call is refused in general; absent if it is not.
    pub refused: Option<String>,
    /// Whether this process runs as root.
    pub is_superuser: bool,
    /// Whether it has `CAP_SYS_PTRACE`; absent if that cannot be read.
    pub has_capability: Option<bool>,
    /// Whether it can gain no privileges (`no_new_privs`), so that tracing takes none.
    pub has_no_new_privileges: bool,
    /// Yama's `ptrace_scope`; absent on kernels without Yama.
    pub yama_scope: Option<u32>,
    /// The seccomp mode of this process, 0 if disabled.
    pub seccomp_mode: Option<u32>,
}

impl TracingSurvey {
    /// Queries the kernel, without affecting any process.
    #[must_use]
    pub fn take(root: &ProcRoot) -> Self {
        let status = text(root, "self/status").unwrap_or_default();
        Self {
            refused: refusal(),
            is_superuser: geteuid().is_root(),
            has_capability: has_effective(root, CAP_SYS_PTRACE),
            has_no_new_privileges: has_no_new_privileges(root),
            yama_scope: text(root, "sys/kernel/yama/ptrace_scope")
                .and_then(|scope| scope.trim().parse().ok()),
            seccomp_mode: field(status.as_bytes(), "Seccomp").and_then(|mode| mode.parse().ok()),
        }
    }
}

/// A seccomp filter rejects the call before the kernel looks up the pid, which no process has.
fn refusal() -> Option<String> {
    let nothing = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: PTRACE_SEIZE does not dereference its pointers, and no process has this pid, so none
    // is attached to.
    unsafe { libc::ptrace(libc::PTRACE_SEIZE, UNUSED_PID, nothing, nothing) };
    let error = std::io::Error::last_os_error();
    (error.raw_os_error() != Some(libc::ESRCH)).then(|| error.to_string())
}

fn text(root: &ProcRoot, file: &str) -> Option<String> {
    let mut text = Vec::new();
    let file = root.open_file(file).ok()?;
    read_whole(&file, &mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}
