//! Carries one output stream of the command, in a thread of its own: reads, passes on, waits.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::Stream;
use crate::output::command_end::CommandEnd;
use crate::output::drain::Drain;
use crate::output::listener::SharedListener;
use crate::output::sink::Sink;
use crate::output::survivor_output::SurvivorOutput;
use crate::painter::Painter;

const BUFFER_BYTES: usize = 256 << 10;

/// How a pump ended.
#[derive(Debug, Default)]
pub(crate) struct PumpEnd {
    /// Processes that outlive the command hold the stream open.
    pub(crate) held_open: bool,
    /// Their output, where it must still be read.
    pub(crate) survivor_output: Option<SurvivorOutput>,
    /// What went wrong, in words.
    pub(crate) remark: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Pump {
    stream: Stream,
    source: Arc<OwnedFd>,
    /// Open while the command runs, so that the command can close its terminal and open it again.
    slave: Option<OwnedFd>,
    sink: Sink,
    listener: SharedListener,
    command_end: Arc<CommandEnd>,
    drain: Drain,
    /// What went wrong without stopping the pump.
    remark: Option<String>,
}

/// What a pump waits for.
#[derive(Clone, Copy)]
enum Ready {
    ReaderGone,
    Painter,
    Keys,
    /// The source, or the command has ended.
    Source,
}

/// Why a pump stops.
enum Stop {
    /// All writers have closed the stream.
    Closed,
    /// This process's own output has lost its reader.
    ReaderGone,
    /// The command has ended, and other processes can still write.
    HeldOpen,
    Failed(String),
}

impl Pump {
    /// The source must not block.
    pub(crate) fn new(
        stream: Stream,
        source: Arc<OwnedFd>,
        sink: Sink,
        listener: SharedListener,
        command_end: Arc<CommandEnd>,
    ) -> Self {
        Self {
            stream,
            source,
            slave: None,
            sink,
            listener,
            command_end,
            drain: Drain::default(),
            remark: None,
        }
    }

    /// Keeps the other end of a terminal open until the command has ended.
    pub(crate) fn holding(mut self, slave: OwnedFd) -> Self {
        self.slave = Some(slave);
        self
    }

    /// Carries the stream to its end. The source is closed with the pump: later writes fail, as to
    /// any pipe without a reader.
    pub(crate) fn run(mut self) -> PumpEnd {
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            if let Err(stop) = self.step(&mut buffer) {
                return self.finish(stop);
            }
        }
    }

    fn step(&mut self, buffer: &mut [u8]) -> Result<(), Stop> {
        if self.command_end.is_announced() {
            self.slave = None;
        }
        match rustix::io::read(&*self.source, &mut *buffer) {
            // EIO: all writers have closed the terminal.
            Ok(0) | Err(Errno::IO) => Err(Stop::Closed),
            Ok(count) => self.pass_on(&buffer[..count]),
            Err(Errno::INTR) => Ok(()),
            Err(Errno::AGAIN) => self.wait(),
            Err(error) => Err(self.failed("read", error)),
        }
    }

    fn pass_on(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        match self.sink.write(bytes) {
            Ok(()) => {}
            Err(Errno::PIPE) => return Err(Stop::ReaderGone),
            Err(error) => return Err(self.failed("passed on", error)),
        }
        if !self.listener.notify(self.stream, bytes) {
            let name = self.stream.name();
            self.remark = Some(format!("the listener on the command's {name} failed"));
        }
        if let Some(idle_timeout) = self.command_end.idle_timeout() {
            self.drain.add(bytes.len());
            if self.drain.is_over(idle_timeout) {
                return Err(Stop::HeldOpen);
            }
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), Stop> {
        match (self.poll()?, self.sink.painter_mut()) {
            (Ready::ReaderGone, _) => return Err(Stop::ReaderGone),
            (Ready::Painter, Some(painter)) => painter.tick().map_err(|_| Stop::ReaderGone)?,
            (Ready::Keys, Some(painter)) => painter.forward_keys(),
            _ => {}
        }
        Ok(())
    }

    /// Waits for bytes, for the painter, for the reader of this process's output to go, and after
    /// the command's end for the output to fall silent.
    fn poll(&self) -> Result<Ready, Stop> {
        let idle_timeout = self.command_end.idle_timeout();
        if idle_timeout.is_some_and(|idle_timeout| self.drain.is_late(idle_timeout)) {
            return Err(Stop::HeldOpen);
        }
        let timeout = idle_timeout.or_else(|| self.sink.painter()?.due_in());
        // A timeout that is too long for the kernel is none.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let (kinds, mut fds): (Vec<_>, Vec<_>) =
            self.watched(idle_timeout.is_none()).into_iter().unzip();
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) if idle_timeout.is_some() => Err(Stop::HeldOpen),
            Ok(0) => Ok(Ready::Painter),
            Ok(_) => {
                let first = fds.iter().position(|fd| !fd.revents().is_empty());
                Ok(first.map_or(Ready::Source, |first| kinds[first]))
            }
            Err(Errno::INTR) => Ok(Ready::Source),
            Err(error) => Err(self.failed("read", error)),
        }
    }

    /// In order of precedence.
    fn watched(&self, is_running: bool) -> Vec<(Ready, PollFd<'_>)> {
        let readable = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let mut watched = Vec::new();
        if let Some(stream) = self.sink.stream() {
            // Errors and hang-ups are always reported.
            let fd = PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::empty());
            watched.push((Ready::ReaderGone, fd));
        }
        if let Some(painter) = self.sink.painter() {
            watched.push((Ready::Painter, readable(painter.event())));
        }
        if let Some(keys) = self.sink.painter().and_then(Painter::typed_keys) {
            watched.push((Ready::Keys, readable(keys)));
        }
        watched.push((Ready::Source, readable(self.source.as_fd())));
        if is_running {
            watched.push((Ready::Source, readable(self.command_end.as_fd())));
        }
        watched
    }

    fn finish(mut self, stop: Stop) -> PumpEnd {
        let mut end = PumpEnd {
            held_open: matches!(stop, Stop::HeldOpen),
            survivor_output: None,
            remark: self.remark,
        };
        if let Stop::Failed(remark) = stop {
            end.remark = Some(remark);
        }
        if let Some(painter) = self.sink.painter_mut() {
            // It fails where the reader is gone, which needs nothing more.
            let _ = painter.finish();
            // A window serves processes that outlive the command as well.
            end.survivor_output = end.held_open.then(|| SurvivorOutput::new(self.source));
        }
        end
    }

    fn failed(&self, action: &str, error: Errno) -> Stop {
        let name = self.stream.name();
        let error = std::io::Error::from(error);
        Stop::Failed(format!(
            "the command's {name} was not {action} completely: {error}"
        ))
    }
}
