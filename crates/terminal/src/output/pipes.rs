//! The command's output through two pipes.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

use crate::child::{ChildEnd, beyond_standard};
use crate::output::command_end::CommandEnd;
use crate::output::listener::SharedListener;
use crate::output::pump::Pump;
use crate::output::sink::Sink;
use crate::output::standard_stream::StandardStream;
use crate::output::thread;
use crate::{OutputListener, Pumps, Stream};

/// The most that an unprivileged process may have by default. The command blocks less often.
const PIPE_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Pipes {
    stdout: OwnedFd,
    stderr: OwnedFd,
    tee: bool,
    listener: SharedListener,
}

impl Pipes {
    pub(crate) fn open(
        tee: bool,
        listener: Option<OutputListener>,
    ) -> io::Result<(ChildEnd, Self)> {
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
            listener: SharedListener::new(listener),
        };
        Ok((child, pipes))
    }

    pub(crate) fn begin(self) -> io::Result<Pumps> {
        let command_end = Arc::new(CommandEnd::new()?);
        let mut pumps = Pumps::until(&command_end);
        for (stream, source) in [(Stream::Stdout, self.stdout), (Stream::Stderr, self.stderr)] {
            let sink = if self.tee {
                Sink::Stream(StandardStream::new(stream))
            } else {
                Sink::Discard
            };
            let listener = self.listener.clone();
            let pump = Pump::new(
                stream,
                Arc::new(source),
                sink,
                listener,
                Arc::clone(&command_end),
            );
            let thread = thread::spawn("memtop-output", &[], move || pump.run())?;
            pumps.output.push(thread);
        }
        Ok(pumps)
    }
}

/// A pipe of which only the reading end is non-blocking.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
    let (reader, writer) = (beyond_standard(reader)?, beyond_standard(writer)?);
    fcntl_setfl(&reader, OFlags::NONBLOCK)?;
    // Beyond the user's share of pipe memory the pipe keeps its size.
    let _ = fcntl_setpipe_size(&writer, PIPE_BYTES);
    Ok((reader, writer))
}
