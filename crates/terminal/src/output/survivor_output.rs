//! The output of processes that outlive the command.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::stdio::stdout;

/// A window that processes which outlive the command hold open.
#[derive(Debug)]
pub struct SurvivorOutput(Arc<OwnedFd>);

impl SurvivorOutput {
    pub(crate) fn new(source: Arc<OwnedFd>) -> Self {
        Self(source)
    }

    /// Starts a `cat` that passes the output on until the last of them has closed the window:
    /// without a reader their writes would fail. Returns what did not work, in words.
    #[must_use]
    pub fn pass_on_in_background(self) -> Option<String> {
        let error = self.start_cat().err()?;
        Some(format!(
            "processes that outlive the command can no longer write: {error}"
        ))
    }

    fn start_cat(self) -> io::Result<()> {
        let source = self.0.try_clone()?;
        fcntl_setfl(&source, OFlags::RDWR)?;
        let mut cat = Command::new("cat");
        // Signals of the terminal to the foreground group are not for it.
        cat.process_group(0);
        // The host may have marked its own descriptor close-on-exec.
        let terminal = stdout().try_clone_to_owned()?;
        cat.stdin(source).stdout(terminal).stderr(Stdio::null());
        cat.spawn().map(drop)
    }
}
