//! What those who outlive the command still write.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::stdio::stdout;

/// Output that is held open by somebody who outlived the command.
#[derive(Debug)]
pub struct Rest(Arc<OwnedFd>);

impl Rest {
    pub(crate) fn new(source: Arc<OwnedFd>) -> Self {
        Self(source)
    }

    /// Leaves a program behind that carries it on until nobody holds it open any more: without one
    /// who reads, they would fail to write. What did not work, in words.
    #[must_use]
    pub fn leave_behind(self) -> Option<String> {
        let error = self.carry_on().err()?;
        Some(format!(
            "what outlives the command can write no more: {error}"
        ))
    }

    fn carry_on(self) -> io::Result<()> {
        let source = self.0.try_clone()?;
        fcntl_setfl(&source, OFlags::RDWR)?;
        let mut carrier = Command::new("cat");
        // What is typed for those in front is not for it.
        carrier.process_group(0);
        // The host may have marked its own to be closed.
        let terminal = stdout().try_clone_to_owned()?;
        carrier.stdin(source).stdout(terminal).stderr(Stdio::null());
        carrier.spawn().map(drop)
    }
}
