//! Carries what the command writes, in one thread a stream.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Stream;
use super::end::End;
use super::outlet::Outlet;
use super::tap::SharedTap;

/// How much is carried at a time.
const BUFFER_BYTES: usize = 256 << 10;
/// More than any pipe or terminal can have held when the command ended.
const HELD_AT_MOST_BYTES: usize = 1 << 20;
/// Survivors that never fall silent are listened to for so many times the patience.
const PATIENCES: u32 = 10;

/// How carrying one stream ended.
#[derive(Debug, Default)]
pub(super) struct PumpEnd {
    /// The command has ended, and somebody else can still write.
    pub(super) held_open: bool,
    /// What went wrong, in words.
    pub(super) remark: Option<String>,
}

#[derive(Debug)]
pub(super) struct Pump {
    pub(super) stream: Stream,
    /// Non-blocking. Shared by whoever writes to the same terminal.
    pub(super) source: Arc<OwnedFd>,
    pub(super) outlet: Option<Outlet>,
    pub(super) tap: SharedTap,
    pub(super) end: Arc<End>,
}

enum Await {
    Ready,
    Silent,
    ReaderGone,
}

impl Pump {
    /// Carries until the end. The source is closed with the pump: a command that goes on writing
    /// learns then that nobody reads.
    pub(super) fn run(self) -> PumpEnd {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut survivors = Survivors::default();
        let mut ended = PumpEnd::default();
        loop {
            match rustix::io::read(&*self.source, &mut buffer) {
                // EIO: everybody has closed the terminal.
                Ok(0) | Err(Errno::IO) => break,
                Ok(count) => {
                    match self.write(&buffer[..count]) {
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
        ended
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Errno> {
        match &self.outlet {
            Some(outlet) => outlet.write_all(bytes),
            None => Ok(()),
        }
    }

    /// Waits for bytes, for the end of whoever reads this process's output, or, after the
    /// command's end, as long as survivors are listened to.
    fn wait(&self, survivors: &Survivors) -> Result<Await, Errno> {
        let patience = self.end.patience();
        let timeout = match patience {
            Some(patience) if survivors.are_late(patience) => return Ok(Await::Silent),
            // So long a time is none that a kernel could count.
            Some(patience) => Timespec::try_from(patience).ok(),
            None => None,
        };
        let mut fds = vec![PollFd::new(&*self.source, PollFlags::IN)];
        if let Some(outlet) = &self.outlet {
            // Errors and hang-ups are always told of.
            fds.push(PollFd::from_borrowed_fd(outlet.as_fd(), PollFlags::empty()));
        }
        if patience.is_none() {
            fds.push(PollFd::from_borrowed_fd(self.end.as_fd(), PollFlags::IN));
        }
        let gone = PollFlags::ERR | PollFlags::HUP;
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => Ok(Await::Silent),
            Ok(_) if self.outlet.is_some() && fds[1].revents().intersects(gone) => {
                Ok(Await::ReaderGone)
            }
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
