//! Exit accounting: the high-water mark of each process that ends, by generic netlink.

use std::fs;
use std::io;

use libc::sock_filter;
use rustix::net::netlink::GENERIC;

use super::filter::{ACCEPT, DROP, finish, if_at_least_u16, if_has_bit, load_u8, load_u16};
use super::reasons::{no_peaks, no_socket_for_peaks};
use super::socket::{HEADER, NetlinkSocket, Received, u16_at, u32_at, u64_at};

/// The family that knows the numbers of all others, and how to ask it for one.
const CONTROL_FAMILY: u16 = 16;
const GET_FAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;
const NAME: &[u8] = b"TASKSTATS\0";

const GET: u8 = 1;
const REGISTER_CPUS: u16 = 3;
/// The attributes of a report.
const OF_THREAD: u16 = 4;
const STATISTICS: u16 = 3;

/// `struct genlmsghdr` and `struct nlattr`.
const GENERIC_HEADER: usize = 4;
const ATTRIBUTE_HEADER: usize = 4;
const FIRST_ATTRIBUTE: usize = HEADER + GENERIC_HEADER;

/// Places in `struct taskstats`.
const VERSION: usize = 0;
const FLAGS: usize = 8;
const NAME_AT: usize = 80;
const PID: usize = 128;
const HIGHEST_KB: usize = 200;
const PROCESS: usize = 368;

/// The length to which the kernel cuts names.
pub(super) const NAME_BYTES: usize = 16;

/// From this version on, the last thread of a process is marked, and its process is named.
const MARKS_LAST_THREAD: u8 = 12;
const IS_LAST_THREAD: u8 = 0x20;

/// Where the statistics lie in a report.
const FIXED: usize = FIRST_ATTRIBUTE + ATTRIBUTE_HEADER + ATTRIBUTE_HEADER + 4 + ATTRIBUTE_HEADER;

/// Which CPUs this machine can have, as a list that the kernel reads as well.
const POSSIBLE_CPUS: &str = "/sys/devices/system/cpu/possible";

#[derive(Debug)]
pub(super) struct ExitAccounting {
    pub(super) socket: NetlinkSocket,
}

/// What is reported of a thread that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ThreadEnd {
    pub(super) process: u32,
    pub(super) highest_bytes: u64,
    /// The short name of the thread, up to a NUL.
    pub(super) name: [u8; NAME_BYTES],
    /// Whether its process ends with it. `None` if the kernel does not say so.
    pub(super) is_last_thread: Option<bool>,
}

impl ExitAccounting {
    /// # Errors
    /// Why the kernel does not have it, or this user may not use it, in words.
    pub(super) fn open() -> Result<Self, String> {
        let socket = NetlinkSocket::open(GENERIC).map_err(|error| no_socket_for_peaks(&error))?;
        register(&socket).map_err(|error| no_peaks(&error))?;
        Ok(Self { socket })
    }
}

/// The figures that a message holds.
pub(super) fn thread_end(message: &[u8]) -> Option<ThreadEnd> {
    let of_thread = attribute(message.get(FIRST_ATTRIBUTE..)?, OF_THREAD)?;
    let statistics = attribute(of_thread, STATISTICS)?;
    let version = u16_at(statistics, VERSION)?;
    let is_marked = version >= MARKS_LAST_THREAD.into();
    Some(ThreadEnd {
        process: u32_at(statistics, if is_marked { PROCESS } else { PID })?,
        highest_bytes: u64_at(statistics, HIGHEST_KB)? << 10,
        name: statistics
            .get(NAME_AT..NAME_AT + NAME_BYTES)?
            .try_into()
            .ok()?,
        is_last_thread: is_marked.then_some(statistics.get(FLAGS)? & IS_LAST_THREAD != 0),
    })
}

fn register(socket: &NetlinkSocket) -> io::Result<()> {
    socket.join(0)?;
    let family = family(socket)?;
    let cpus = fs::read(POSSIBLE_CPUS).map_err(io::Error::other)?;
    let mut list = cpus.trim_ascii_end().to_vec();
    list.push(0);
    request(socket, family, GET, REGISTER_CPUS, &list)?;
    answer(socket, |_| None::<()>)?;
    socket.attach_filter(&filter())
}

fn family(socket: &NetlinkSocket) -> io::Result<u16> {
    request(socket, CONTROL_FAMILY, GET_FAMILY, FAMILY_NAME, NAME)?;
    let family = answer(socket, |message| {
        let id = attribute(message.get(FIRST_ATTRIBUTE..)?, FAMILY_ID)?;
        u16_at(id, 0)
    })?;
    family.ok_or_else(|| io::ErrorKind::Unsupported.into())
}

fn request(
    socket: &NetlinkSocket,
    family: u16,
    command: u8,
    kind: u16,
    value: &[u8],
) -> io::Result<()> {
    let length = u16::try_from(ATTRIBUTE_HEADER + value.len()).map_err(io::Error::other)?;
    let mut payload = vec![command, 1, 0, 0];
    payload.extend_from_slice(&length.to_ne_bytes());
    payload.extend_from_slice(&kind.to_ne_bytes());
    payload.extend_from_slice(value);
    payload.resize(payload.len().next_multiple_of(4), 0);
    let flags = libc::NLM_F_REQUEST | libc::NLM_F_ACK;
    let flags = u16::try_from(flags).map_err(io::Error::other)?;
    socket.send(family, flags, &payload)
}

/// Reads the answer to a request until it is confirmed. The kernel has answered when the request
/// was sent.
fn answer<T>(socket: &NetlinkSocket, read: impl Fn(&[u8]) -> Option<T>) -> io::Result<Option<T>> {
    let mut buffer = [0; 4096];
    let mut found = None;
    while let Received::Message(message) = socket.receive(&mut buffer)? {
        let kind = u16_at(message, 4).map(i32::from);
        match kind {
            Some(libc::NLMSG_ERROR) => match u32_at(message, HEADER).map(u32::cast_signed) {
                Some(0) => return Ok(found),
                Some(error) => return Err(io::Error::from_raw_os_error(-error)),
                None => {}
            },
            _ => found = found.or_else(|| read(message)),
        }
    }
    Err(io::ErrorKind::Unsupported.into())
}

/// The value of the first attribute of a kind.
fn attribute(mut attributes: &[u8], kind: u16) -> Option<&[u8]> {
    loop {
        let length = usize::from(u16_at(attributes, 0)?);
        if u16_at(attributes, 2)? == kind {
            return attributes.get(ATTRIBUTE_HEADER..length);
        }
        let next = length.next_multiple_of(4).max(ATTRIBUTE_HEADER);
        attributes = attributes.get(next..)?;
    }
}

/// Drops threads that are not the last of their process, where they are marked.
fn filter() -> [sock_filter; 6] {
    [
        load_u16(FIXED + VERSION),
        if_at_least_u16(MARKS_LAST_THREAD, 0, 3),
        load_u8(FIXED + FLAGS),
        if_has_bit(IS_LAST_THREAD, 1, 0),
        finish(DROP),
        finish(ACCEPT),
    ]
}
