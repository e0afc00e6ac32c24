//! A netlink socket that is read without waiting.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

use libc::{c_void, iovec, mmsghdr, sock_filter, sock_fprog, socklen_t};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, sendto,
    socket_with, sockopt,
};

/// Room for messages that wait to be read. An ordinary user gets less.
const BUFFER_BYTES: usize = 8 << 20;
/// `struct nlmsghdr`.
pub(super) const HEADER: usize = 16;

/// No message that the event sockets send is longer: the figures of a last thread come twice, in
/// some 600 bytes each.
const LONGEST_MESSAGE: usize = 2 << 10;
/// How many are read with one system call.
const MOST_AT_ONCE: usize = 8;

/// Room for messages that are read together.
#[derive(Debug)]
pub(super) struct Batch {
    room: Box<[[u8; LONGEST_MESSAGE]; MOST_AT_ONCE]>,
    lengths: [usize; MOST_AT_ONCE],
}

impl Batch {
    pub(super) fn new() -> Self {
        Self {
            room: Box::new([[0; LONGEST_MESSAGE]; MOST_AT_ONCE]),
            lengths: [0; MOST_AT_ONCE],
        }
    }

    /// The first ones of what was read last.
    fn messages(&self, count: usize) -> impl Iterator<Item = &[u8]> {
        let all = self.room.iter().zip(self.lengths);
        all.take(count).map(|(room, length)| &room[..length])
    }
}

#[derive(Debug)]
pub(super) struct NetlinkSocket(OwnedFd);

/// An attempt to read.
pub(super) enum Received<'a> {
    /// A message, with its header.
    Message(&'a [u8]),
    /// No message is waiting.
    Nothing,
    /// Messages were lost, since more came than there was room for.
    Lost,
}

impl NetlinkSocket {
    pub(super) fn open(protocol: Protocol) -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::DGRAM,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            Some(protocol),
        )?;
        // Only the superuser exceeds the limit of the machine.
        let forced = sockopt::set_socket_recv_buffer_size_force(&socket, BUFFER_BYTES);
        if forced.is_err() {
            sockopt::set_socket_recv_buffer_size(&socket, BUFFER_BYTES)?;
        }
        Ok(Self(socket))
    }

    /// Receives what is sent to these groups, and answers.
    pub(super) fn join(&self, groups: u32) -> io::Result<()> {
        bind(&self.0, &SocketAddrNetlink::new(0, groups))?;
        Ok(())
    }

    /// Sends a message of this type to the kernel.
    pub(super) fn send(&self, kind: u16, flags: u16, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(HEADER + payload.len()).unwrap_or(u32::MAX);
        let mut message = Vec::with_capacity(HEADER + payload.len());
        message.extend_from_slice(&length.to_ne_bytes());
        message.extend_from_slice(&kind.to_ne_bytes());
        message.extend_from_slice(&flags.to_ne_bytes());
        // Sequence number and port, which the kernel fills in.
        message.extend_from_slice(&[0; 8]);
        message.extend_from_slice(payload);
        let kernel = SocketAddrNetlink::new(0, 0);
        sendto(&self.0, &message, SendFlags::empty(), &kernel)?;
        Ok(())
    }

    pub(super) fn receive<'a>(&self, buffer: &'a mut [u8]) -> io::Result<Received<'a>> {
        loop {
            return match recv(&self.0, &mut *buffer, RecvFlags::DONTWAIT) {
                Ok((length, _)) => Ok(Received::Message(&buffer[..length])),
                Err(Errno::AGAIN) => Ok(Received::Nothing),
                Err(Errno::NOBUFS) => Ok(Received::Lost),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }

    /// Reads all messages that are waiting. Returns how often some were lost, or could not be read.
    pub(super) fn receive_all(&self, batch: &mut Batch, mut take: impl FnMut(&[u8])) -> u64 {
        let mut losses = 0;
        loop {
            match self.receive_batch(batch) {
                Ok(count) => {
                    batch.messages(count).for_each(&mut take);
                    if count < MOST_AT_ONCE {
                        return losses;
                    }
                }
                Err(Errno::NOBUFS) => losses += 1,
                Err(Errno::AGAIN) => return losses,
                Err(Errno::INTR) => {}
                Err(_) => return losses + 1,
            }
        }
    }

    /// Reads as many messages as there are, or there is room for. Returns how many.
    fn receive_batch(&self, batch: &mut Batch) -> Result<usize, Errno> {
        let mut parts = batch.room.each_mut().map(|room| iovec {
            iov_base: room.as_mut_ptr().cast(),
            iov_len: room.len(),
        });
        let mut headers = parts.each_mut().map(|part| {
            // SAFETY: a header of zeros is one without an address, data or ancillary data.
            let mut header: mmsghdr = unsafe { zeroed() };
            header.msg_hdr.msg_iov = part;
            header.msg_hdr.msg_iovlen = 1;
            header
        });
        let no_timeout = ptr::null_mut::<libc::timespec>();
        // SAFETY: each header names one part, which is room of the batch; all live longer than the
        // call.
        let received = unsafe {
            libc::syscall(
                libc::SYS_recvmmsg,
                self.0.as_raw_fd(),
                headers.as_mut_ptr(),
                MOST_AT_ONCE,
                libc::MSG_DONTWAIT,
                no_timeout,
            )
        };
        let Ok(count) = usize::try_from(received) else {
            let error = io::Error::last_os_error();
            return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
        };
        for (length, header) in batch.lengths.iter_mut().zip(&headers[..count]) {
            *length = header.msg_len as usize;
        }
        Ok(count)
    }

    /// Lets the kernel drop messages that this program does not accept.
    pub(super) fn attach_filter(&self, program: &[sock_filter]) -> io::Result<()> {
        let program = sock_fprog {
            len: u16::try_from(program.len()).map_err(io::Error::other)?,
            filter: program.as_ptr().cast_mut(),
        };
        let length = socklen_t::try_from(size_of::<sock_fprog>()).map_err(io::Error::other)?;
        // SAFETY: the kernel copies the program, which is valid during the call.
        let result = unsafe {
            libc::setsockopt(
                self.0.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_ATTACH_FILTER,
                (&raw const program).cast::<c_void>(),
                length,
            )
        };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

impl AsFd for NetlinkSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Reads a number at a place in a message, in the byte order of the machine.
pub(super) fn u32_at(message: &[u8], place: usize) -> Option<u32> {
    let bytes = message.get(place..place + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

pub(super) fn u64_at(message: &[u8], place: usize) -> Option<u64> {
    let bytes = message.get(place..place + 8)?;
    Some(u64::from_ne_bytes(bytes.try_into().ok()?))
}

pub(super) fn u16_at(message: &[u8], place: usize) -> Option<u16> {
    let bytes = message.get(place..place + 2)?;
    Some(u16::from_ne_bytes(bytes.try_into().ok()?))
}
