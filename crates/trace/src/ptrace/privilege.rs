//! Privileges that a program lacks because it is traced: without `CAP_SYS_PTRACE` in its tracer, a
//! traced program gains neither setuid and setgid privileges nor file capabilities (`execve(2)`).

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use libc::pid_t;
use memtop_proc::native::{CAP_SYS_PTRACE, ProcRoot, has_effective};

const SETUID: u32 = 0o4000;
const SETGID: u32 = 0o2000;

#[derive(Debug)]
pub(crate) struct Privileges {
    are_kept: bool,
    is_reported: bool,
}

impl Privileges {
    pub(crate) fn of_this_process(proc: &ProcRoot) -> Self {
        Self {
            are_kept: has_effective(proc, CAP_SYS_PTRACE) == Some(true),
            is_reported: false,
        }
    }

    /// Reports a program that lacks its privileges, right after its exec. Reports only the first
    /// one.
    pub(crate) fn lost_by(&mut self, pid: pid_t) -> Option<String> {
        if self.are_kept || self.is_reported {
            return None;
        }
        let exe = format!("/proc/{pid}/exe");
        let program = fs::metadata(&exe).ok()?;
        let process = fs::metadata(format!("/proc/{pid}")).ok()?;
        let mode = program.permissions().mode();
        let lacks_user = mode & SETUID != 0 && program.uid() != process.uid();
        let lacks_group = mode & SETGID != 0 && program.gid() != process.gid();
        if !(lacks_user || lacks_group || carries_capabilities(&exe)) {
            return None;
        }
        self.is_reported = true;
        let name = fs::read_link(&exe).ok()?;
        Some(format!(
            "{} ran without the rights that its file gives, because it was traced; use --trace off",
            name.display()
        ))
    }
}

fn carries_capabilities(exe: &str) -> bool {
    rustix::fs::getxattr(exe, c"security.capability", &mut [0_u8; 64]).is_ok_and(|size| size > 0)
}
