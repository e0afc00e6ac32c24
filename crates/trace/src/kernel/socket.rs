//! A netlink socket that is read without waiting.

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use libc::{c_void, sock_filter, sock_fprog, socklen_t};
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
