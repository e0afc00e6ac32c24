//! One of this process's own output streams.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio;

use crate::Stream;

#[derive(Debug)]
pub(crate) struct Outlet(BorrowedFd<'static>);

impl Outlet {
    pub(crate) fn own(stream: Stream) -> Self {
        Self(match stream {
            Stream::Stdout => stdio::stdout(),
            Stream::Stderr => stdio::stderr(),
        })
    }

    /// Writes all of it, also where the host has made the stream non-blocking, as Node does.
    ///
    /// # Errors
    /// `EPIPE` when nobody reads there any more.
    pub(crate) fn write_all(&self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match rustix::io::write(self.0, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    match poll(
                        &mut [PollFd::from_borrowed_fd(self.0, PollFlags::OUT)],
                        None,
                    ) {
                        Ok(_) | Err(Errno::INTR) => {}
                        Err(error) => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl AsFd for Outlet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0
    }
}
