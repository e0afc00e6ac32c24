//! The command's output through two pipes.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

use crate::child::{ChildEnd, beyond_standard};
use crate::output::end::End;
use crate::output::mask;
use crate::output::outlet::Outlet;
use crate::output::pump::{Pump, Sink};
use crate::output::tap::SharedTap;
use crate::{Pumps, Stream, Tap};

/// What a process without privileges may have by default. The command then waits less often.
const PIPE_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Pipes {
    stdout: OwnedFd,
    stderr: OwnedFd,
    tee: bool,
    tap: SharedTap,
}

impl Pipes {
    pub(crate) fn open(tee: bool, tap: Option<Tap>) -> io::Result<(ChildEnd, Self)> {
        let (stdout, child_stdout) = pipe()?;
        let (stderr, child_stderr) = pipe()?;
        let child = ChildEnd::Pipes {
            stdout: child_stdout,
            stderr: child_stderr,
        };
        let pipes = Self {
            stdout,
            stderr,
            tee,
            tap: SharedTap::new(tap),
        };
        Ok((child, pipes))
    }

    pub(crate) fn begin(self) -> io::Result<Pumps> {
        let end = Arc::new(End::new()?);
        let mut pumps = Pumps::until(&end);
        for (stream, source) in [(Stream::Stdout, self.stdout), (Stream::Stderr, self.stderr)] {
            let pump = Pump {
                stream,
                source: Arc::new(source),
                held: None,
                sink: if self.tee {
                    Sink::Own(Outlet::own(stream))
                } else {
                    Sink::Nowhere
                },
                tap: self.tap.clone(),
                end: Arc::clone(&end),
            };
            let thread = mask::spawn("memtop-output", &[], move || pump.run())?;
            pumps.output.push(thread);
        }
        Ok(pumps)
    }
}

/// A pipe whose reading end, and only that, does not block.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
    let (reader, writer) = (beyond_standard(reader)?, beyond_standard(writer)?);
    fcntl_setfl(&reader, OFlags::NONBLOCK)?;
    // Past the user's share of such memory the pipe stays as it is.
    let _ = fcntl_setpipe_size(&writer, PIPE_BYTES);
    Ok((reader, writer))
}
