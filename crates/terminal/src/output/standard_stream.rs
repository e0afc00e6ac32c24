//! This process's own standard output and error.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio;

use crate::Stream;

#[derive(Debug)]
pub(crate) struct StandardStream(BorrowedFd<'static>);

impl StandardStream {
    pub(crate) fn new(stream: Stream) -> Self {
        Self(match stream {
            Stream::Stdout => stdio::stdout(),
            Stream::Stderr => stdio::stderr(),
        })
    }

    /// Writes all of it, also where the host has made the stream non-blocking, as Node does.
    ///
    /// # Errors
    /// `EPIPE` when the reader is gone.
    pub(crate) fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match rustix::io::write(self.0, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait_until_writable()?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn wait_until_writable(&self) -> Result<(), Errno> {
        let mut fds = [PollFd::from_borrowed_fd(self.0, PollFlags::OUT)];
        match poll(&mut fds, None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for StandardStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0
    }
}
