//! Carries what the command writes, in one thread a stream.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::Stream;
use crate::output::end::End;
use crate::output::outlet::Outlet;
use crate::output::rest::Rest;
use crate::output::tap::SharedTap;
use crate::painter::Painter;

/// How much is carried at a time.
const BUFFER_BYTES: usize = 256 << 10;
/// More than any pipe or terminal can have held when the command ended.
const HELD_AT_MOST_BYTES: usize = 1 << 20;
/// Survivors that never fall silent are listened to for so many times the patience.
const PATIENCES: u32 = 10;

/// How carrying one stream ended.
#[derive(Debug, Default)]
pub(crate) struct PumpEnd {
    /// The command has ended, and somebody else can still write.
    pub(crate) held_open: bool,
    /// What they write is still to be carried on.
    pub(crate) rest: Option<Rest>,
    /// What went wrong, in words.
    pub(crate) remark: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Pump {
    pub(crate) stream: Stream,
    /// Non-blocking. Shared by whoever writes to the same terminal.
    pub(crate) source: Arc<OwnedFd>,
    /// The other end. As long as this is open, a command that closes its own may open it again.
    pub(crate) held: Option<OwnedFd>,
    pub(crate) sink: Sink,
    pub(crate) tap: SharedTap,
    pub(crate) end: Arc<End>,
}

/// Where the bytes go.
#[derive(Debug)]
pub(crate) enum Sink {
    Nowhere,
    Own(Outlet),
    /// With something shown below.
    Painted(Box<Painter>),
}

impl Sink {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Own(outlet) => outlet.write_all(bytes),
            Self::Painted(painter) => painter.write(bytes),
        }
    }

    fn outlet(&self) -> Option<&Outlet> {
        match self {
            Self::Nowhere => None,
            Self::Own(outlet) => Some(outlet),
            Self::Painted(painter) => Some(painter.outlet()),
        }
    }

    fn painter(&mut self) -> Option<&mut Painter> {
        match self {
            Self::Painted(painter) => Some(painter),
            _ => None,
        }
    }
}

enum Await {
    Ready,
    Silent,
    /// What is shown below is to be seen to.
    Painter,
    Keys,
    ReaderGone,
}

impl Pump {
    /// Carries until the end. The source is closed with the pump: a command that goes on writing
    /// learns then that nobody reads.
    pub(crate) fn run(mut self) -> PumpEnd {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut survivors = Survivors::default();
        let mut ended = PumpEnd::default();
        loop {
            if self.end.patience().is_some() {
                self.held = None;
            }
            match rustix::io::read(&*self.source, &mut buffer) {
                // EIO: everybody has closed the terminal.
                Ok(0) | Err(Errno::IO) => break,
                Ok(count) => {
                    match self.sink.write(&buffer[..count]) {
                        Ok(()) => {}
                        Err(Errno::PIPE) => break,
                        Err(error) => {
                            ended.remark = Some(self.failure("passed on", error));
                            break;
                        }
                    }
                    if !self.tap.see(self.stream, &buffer[..count]) {
                        let name = self.stream.name();
                        ended.remark = Some(format!("what looked at the command's {name} failed"));
                    }
                    if let Some(patience) = self.end.patience() {
                        ended.held_open = survivors.have_had_their_say(patience, count);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => match self.wait(&survivors) {
                    Ok(Await::Ready) => {}
                    Ok(Await::Painter) => {
                        if self.sink.painter().is_some_and(|it| it.tick().is_err()) {
                            break;
                        }
                    }
                    Ok(Await::Keys) => {
                        if let Some(painter) = self.sink.painter() {
                            painter.carry_keys();
                        }
                    }
                    Ok(Await::Silent) => ended.held_open = true,
                    Ok(Await::ReaderGone) => break,
                    Err(error) => {
                        ended.remark = Some(self.failure("read", error));
                        break;
                    }
                },
                Err(error) => {
                    ended.remark = Some(self.failure("read", error));
                    break;
                }
            }
            if ended.held_open {
                break;
            }
        }
        if let Some(painter) = self.sink.painter() {
            // A reader that is gone needs nothing more.
            let _ = painter.finish();
            // This one is there for what comes later as well.
            ended.rest = ended.held_open.then(|| Rest::new(self.source));
        }
        ended
    }

    /// Waits for bytes, for the end of whoever reads this process's output, or, after the
    /// command's end, as long as survivors are listened to.
    fn wait(&self, survivors: &Survivors) -> Result<Await, Errno> {
        let patience = self.end.patience();
        if patience.is_some_and(|patience| survivors.are_late(patience)) {
            return Ok(Await::Silent);
        }
        let painter = match &self.sink {
            Sink::Painted(painter) => Some(painter),
            _ => None,
        };
        let due = painter
            .filter(|_| patience.is_none())
            .and_then(|painter| painter.due_in());
        let timeout = [patience, due].into_iter().flatten().min();
        // So long a time may be none that a kernel could count.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut fds = vec![PollFd::new(&*self.source, PollFlags::IN)];
        if let Some(outlet) = self.sink.outlet() {
            // Errors and hang-ups are always told of.
            fds.push(PollFd::from_borrowed_fd(outlet.as_fd(), PollFlags::empty()));
        }
        if let Some(painter) = painter {
            fds.push(PollFd::from_borrowed_fd(painter.event(), PollFlags::IN));
        }
        let keys = painter.and_then(|painter| painter.keys());
        if let Some(keys) = keys {
            fds.push(PollFd::from_borrowed_fd(keys, PollFlags::IN));
        }
        if patience.is_none() {
            fds.push(PollFd::from_borrowed_fd(self.end.as_fd(), PollFlags::IN));
        }
        let gone = PollFlags::ERR | PollFlags::HUP;
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) if due.is_some() => Ok(Await::Painter),
            Ok(0) => Ok(Await::Silent),
            Ok(_) if self.sink.outlet().is_some() && fds[1].revents().intersects(gone) => {
                Ok(Await::ReaderGone)
            }
            Ok(_) if painter.is_some() && !fds[2].revents().is_empty() => Ok(Await::Painter),
            Ok(_) if keys.is_some() && !fds[3].revents().is_empty() => Ok(Await::Keys),
            Ok(_) | Err(Errno::INTR) => Ok(Await::Ready),
            Err(error) => Err(error),
        }
    }

    fn failure(&self, what: &str, error: Errno) -> String {
        format!(
            "the command's {} could not be {what} to its end: {}",
            self.stream.name(),
            std::io::Error::from(error)
        )
    }
}

/// What comes after the command's end.
#[derive(Debug, Default)]
struct Survivors {
    since: Option<Instant>,
    bytes: usize,
}

impl Survivors {
    /// Takes note of bytes. Whether they must be from survivors, who have had enough time.
    fn have_had_their_say(&mut self, patience: Duration, count: usize) -> bool {
        self.since.get_or_insert_with(Instant::now);
        self.bytes += count;
        self.bytes > HELD_AT_MOST_BYTES && self.are_late(patience)
    }

    fn are_late(&self, patience: Duration) -> bool {
        self.since
            .is_some_and(|since| since.elapsed() > patience.saturating_mul(PATIENCES))
    }
}
