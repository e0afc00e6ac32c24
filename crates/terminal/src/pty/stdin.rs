//! This process's standard input, which other processes may read from as well.

use std::io::IoSliceMut;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::{Errno, ReadWriteFlags};
use rustix::stdio::stdin;

/// Does not wait for a pipe or a socket that another process has read from since poll.
pub(crate) fn read_available(buffer: &mut [u8]) -> Result<usize, Errno> {
    const NO_OFFSET: u64 = u64::MAX;
    if is_pipe_or_socket() {
        let buffers = &mut [IoSliceMut::new(buffer)];
        match rustix::io::preadv2(stdin(), buffers, NO_OFFSET, ReadWriteFlags::NOWAIT) {
            // The kernel does not support it.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            result => return result,
        }
    }
    rustix::io::read(stdin(), buffer)
}

pub(crate) fn is_hung_up() -> bool {
    let mut fds = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
    let hung_up = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    poll(&mut fds, Some(&Timespec::default())).is_ok() && fds[0].revents().intersects(hung_up)
}

fn is_pipe_or_socket() -> bool {
    fstat(stdin()).is_ok_and(|stat| {
        let kind = FileType::from_raw_mode(stat.st_mode);
        matches!(kind, FileType::Fifo | FileType::Socket)
    })
}
