//! The command's end of its streams.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::{ioctl_tiocsctty, setsid};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

/// What the command's standard streams become between fork and exec.
#[derive(Debug)]
pub enum ChildEnd {
    /// The standard streams stay.
    Inherited,
    /// Output to pipes. Neither descriptor is a standard stream.
    Pipes {
        /// Where stdout goes.
        stdout: OwnedFd,
        /// Where stderr goes.
        stderr: OwnedFd,
    },
    /// A terminal, which is not a standard stream of this process.
    Terminal(OwnedFd),
    /// Output to a terminal that does not become the controlling one.
    Window(OwnedFd),
}

impl ChildEnd {
    /// Makes these the standard streams, kept across exec. With a terminal the child becomes the
    /// leader of a new session, so it must not lead a process group yet.
    ///
    /// Makes system calls only, so it may be called between fork and exec.
    ///
    /// # Errors
    /// When a system call fails.
    pub fn enter(&self) -> Result<(), Errno> {
        match self {
            Self::Inherited => Ok(()),
            Self::Pipes { stdout, stderr } => {
                dup2_stdout(stdout)?;
                dup2_stderr(stderr)
            }
            Self::Terminal(slave) => {
                setsid()?;
                ioctl_tiocsctty(slave)?;
                dup2_stdin(slave)?;
                dup2_stdout(slave)?;
                dup2_stderr(slave)
            }
            Self::Window(slave) => {
                dup2_stdout(slave)?;
                dup2_stderr(slave)
            }
        }
    }
}

/// Moves a descriptor away from the numbers of the standard streams. It may have got one of them
/// where this process was started with that closed, and `dup2` onto itself would leave it
/// close-on-exec.
pub(crate) fn beyond_standard(fd: impl AsFd) -> io::Result<OwnedFd> {
    const FIRST_OTHER: i32 = 3;
    Ok(fcntl_dupfd_cloexec(fd, FIRST_OTHER)?)
}
