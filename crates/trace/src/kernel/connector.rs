//! The proc connector: starts, execs and ends of all processes of the machine.

use std::io;

use libc::{c_int, sock_filter};
use rustix::net::netlink::CONNECTOR;

use super::filter::{ACCEPT, DROP, copy_to_x, finish, if_equals, if_equals_x, load_u32};
use super::reasons::{no_socket, not_accepted, not_joined};
use super::socket::{HEADER, NetlinkSocket, u32_at, u64_at};

/// The group of the proc connector, and its only value.
const CN_IDX_PROC: u32 = 1;
const CN_VAL_PROC: u32 = 1;
const LISTEN: u32 = 1;
const IGNORE: u32 = 2;

/// `struct cn_msg`, before its data.
const CN_MSG: usize = 20;
/// Places in a message: of `struct proc_event`, and of what depends on the kind of the event.
const KIND: usize = HEADER + CN_MSG;
const STAMP: usize = KIND + 8;
const DATA: usize = KIND + 16;

const FORK: u32 = 0x0000_0001;
const EXEC: u32 = 0x0000_0002;
const EXIT: u32 = 0x8000_0000;

/// Of a fork: the thread and process ids of the parent, then those of the child.
const PARENT_PROCESS: usize = DATA + 4;
const CHILD_THREAD: usize = DATA + 8;
const CHILD_PROCESS: usize = DATA + 12;
/// Of an exec or an exit.
const THREAD: usize = DATA;
const PROCESS: usize = DATA + 4;
const STATUS: usize = DATA + 8;

#[derive(Debug)]
pub(super) struct Connector {
    pub(super) socket: NetlinkSocket,
}

/// What has happened to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Started {
        pid: u32,
        parent: u32,
    },
    Execed {
        pid: u32,
    },
    /// Its first thread has ended, with this wait status.
    LeaderEnded {
        pid: u32,
        status: c_int,
    },
}

impl Connector {
    /// # Errors
    /// Why the kernel sends nothing, in words.
    pub(super) fn open() -> Result<Self, String> {
        let socket = NetlinkSocket::open(CONNECTOR).map_err(|error| no_socket(&error))?;
        let joined = socket.join(CN_IDX_PROC);
        joined.map_err(|error| not_joined(&error))?;
        let connector = Self { socket };
        let accepted = connector.order(LISTEN);
        accepted.map_err(|error| not_accepted(&error))?;
        Ok(connector)
    }

    /// Drops all but what [`change`] knows, threads above all.
    pub(super) fn filter(&self) -> io::Result<()> {
        self.socket.attach_filter(&filter())
    }

    fn order(&self, order: u32) -> io::Result<()> {
        let words = [CN_IDX_PROC, CN_VAL_PROC, 0, 0];
        let mut payload: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        payload.extend_from_slice(&4_u16.to_ne_bytes());
        payload.extend_from_slice(&0_u16.to_ne_bytes());
        payload.extend_from_slice(&order.to_ne_bytes());
        let done = u16::try_from(libc::NLMSG_DONE).map_err(io::Error::other)?;
        self.socket.send(done, 0, &payload)
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        // Kernels before 6.6 would go on sending.
        let _ = self.order(IGNORE);
    }
}

/// The change that a message reports, and its time stamp.
pub(super) fn change(message: &[u8]) -> Option<(u64, Change)> {
    let at = |place| u32_at(message, place);
    let change = match at(KIND)? {
        FORK if at(CHILD_THREAD)? == at(CHILD_PROCESS)? => Change::Started {
            pid: at(CHILD_PROCESS)?,
            parent: at(PARENT_PROCESS)?,
        },
        EXEC => Change::Execed { pid: at(PROCESS)? },
        EXIT if at(THREAD)? == at(PROCESS)? => Change::LeaderEnded {
            pid: at(PROCESS)?,
            status: at(STATUS)?.cast_signed(),
        },
        _ => return None,
    };
    Some((u64_at(message, STAMP)?, change))
}

/// Whether a message says that a thread of this process was started.
pub(super) fn is_thread_start(message: &[u8], process: u32, thread: u32) -> bool {
    let at = |place| u32_at(message, place);
    at(KIND) == Some(FORK) && at(CHILD_PROCESS) == Some(process) && at(CHILD_THREAD) == Some(thread)
}

fn filter() -> [sock_filter; 14] {
    [
        load_u32(KIND),
        if_equals(EXEC, 11, 0),
        if_equals(FORK, 0, 4),
        load_u32(CHILD_THREAD),
        copy_to_x(),
        load_u32(CHILD_PROCESS),
        if_equals_x(6, 5),
        if_equals(EXIT, 0, 4),
        load_u32(THREAD),
        copy_to_x(),
        load_u32(PROCESS),
        if_equals_x(1, 0),
        finish(DROP),
        finish(ACCEPT),
    ]
}
