//! What the event sockets have received, in order.

use std::time::{Duration, Instant};

use libc::c_int;
use memtop_proc::native::{NativeObserver, ProcRoot};
use memtop_proc::{ByNumber, Descendants, Error, Observer, ParentLink, ProcessId};
use memtop_sampler::Event;
use rustix::thread::gettid;

use super::clock::KernelClock;
use super::connector::{Change, Connector, change, is_thread_start};
use super::exit_accounting::{ExitAccounting, ThreadEnd, thread_end};
use super::followed::Followed;
use super::socket::Batch;

/// How often to look whether a process has ended that goes on without its first thread.
const LOOK_FOR_ENDS_EVERY: Duration = Duration::from_millis(20);

/// Where messages come from.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) connector: Connector,
    pub(super) exits: Option<ExitAccounting>,
}

#[derive(Debug)]
pub(super) struct Inbox {
    followed: Followed,
    /// While there are any, events are not handed out.
    pub(super) holds: usize,
    /// How often messages were lost.
    pub(super) losses: u64,
    clock: KernelClock,
    proc: ProcRoot,
    /// Of the messages that are being read; kept for their room.
    changes: Vec<(u64, Change)>,
    ends: ByNumber<u32, ThreadEnd>,
    /// Of the messages before: the start or the end of these processes had not been read yet.
    former_ends: ByNumber<u32, ThreadEnd>,
    batch: Batch,
    looked_for_ends: Instant,
}

impl Inbox {
    pub(super) fn new(proc: ProcRoot) -> Self {
        Self {
            followed: Followed::default(),
            holds: 0,
            losses: 0,
            clock: KernelClock::start(),
            proc,
            changes: Vec::new(),
            ends: ByNumber::default(),
            former_ends: ByNumber::default(),
            batch: Batch::new(),
            looked_for_ends: Instant::now(),
        }
    }

    /// Whether the start of the calling thread has been received. The kernel sends it before the
    /// thread runs.
    pub(super) fn has_start_of_this_thread(&mut self, sockets: &Sockets) -> bool {
        let process = std::process::id();
        let thread = gettid().as_raw_nonzero().get().cast_unsigned();
        let mut is_found = false;
        let socket = &sockets.connector.socket;
        socket.receive_all(&mut self.batch, |message| {
            is_found |= is_thread_start(message, process, thread);
        });
        is_found
    }

    /// Whether there are events to take.
    pub(super) fn has_events(&self) -> bool {
        self.holds == 0 && self.followed.has_events()
    }

    /// Whether a process goes on without its first thread, whose end may not be received.
    pub(super) fn awaits_ends(&self) -> bool {
        self.followed.has_leaderless()
    }

    /// Moves the events to the end of a list, unless they are held back. Returns whether it did.
    pub(super) fn take_events(&mut self, events: &mut Vec<(Instant, Event)>) -> bool {
        let is_open = self.holds == 0;
        if is_open {
            self.followed.take_events(events);
        }
        is_open
    }

    /// Follows one process, and all that it starts from now on.
    pub(super) fn follow(&mut self, pid: u32) {
        self.followed.add(pid);
    }

    /// Follows a process and its descendants. What they start meanwhile is received later.
    pub(super) fn follow_tree(&mut self, pid: u32) -> Result<(), Error> {
        for pid in descendants(|id| id.pid == pid)? {
            self.followed.add(pid);
        }
        self.followed.find_ended(&self.proc, Instant::now());
        Ok(())
    }

    /// Reads all messages that are waiting. Returns how many there were.
    pub(super) fn collect(&mut self, sockets: &Sockets) -> usize {
        let is_lost = self.receive(sockets);
        let received = self.changes.len() + self.ends.len();
        self.changes.sort_by_key(|&(stamp, _)| stamp);
        let mut changes = std::mem::take(&mut self.changes);
        for (stamp, change) in changes.drain(..) {
            let at = self.clock.instant(stamp);
            if let Change::LeaderEnded { pid, .. } = change
                && let Some(end) = self.take_end_of(pid)
            {
                self.followed.take_thread_end(end, at);
            }
            self.followed.take_change(&self.proc, change, at);
        }
        self.changes = changes;
        // Of processes whose first thread has ended before.
        for (_, end) in self.former_ends.drain() {
            self.followed.take_thread_end(end, Instant::now());
        }
        std::mem::swap(&mut self.ends, &mut self.former_ends);
        if is_lost {
            self.recover();
        }
        if self.awaits_ends() && self.looked_for_ends.elapsed() >= LOOK_FOR_ENDS_EVERY {
            self.looked_for_ends = Instant::now();
            self.followed
                .check_leaderless(&self.proc, self.looked_for_ends);
        }
        received
    }

    /// A process has ended, as its parent knows.
    pub(super) fn note_end(&mut self, sockets: &Sockets, pid: u32, status: c_int) {
        self.collect(sockets);
        let now = Instant::now();
        if let Some(end) = self.take_end_of(pid) {
            self.followed.take_thread_end(end, now);
        }
        self.followed.end_with(pid, status, now);
    }

    fn take_end_of(&mut self, pid: u32) -> Option<ThreadEnd> {
        let former = self.former_ends.remove(&pid);
        self.ends.remove(&pid).or(former)
    }

    /// Returns whether messages were lost.
    fn receive(&mut self, sockets: &Sockets) -> bool {
        // The figures of a process are sent before its end, so they are read after it.
        let changes = &mut self.changes;
        let socket = &sockets.connector.socket;
        let lost = socket.receive_all(&mut self.batch, |message| changes.extend(change(message)));
        if let Some(exits) = &sockets.exits {
            let ends = &mut self.ends;
            let lost = exits.socket.receive_all(&mut self.batch, |message| {
                ends.extend(thread_end(message).map(|end| (end.process, end)));
            });
            self.losses += lost;
        }
        lost > 0
    }

    /// Finds by the process table what was lost.
    fn recover(&mut self) {
        self.losses += 1;
        let followed = &self.followed;
        let found = descendants(|id| followed.contains(id.pid));
        // Without a process table the sampler fails as well, and says so.
        let found = found.unwrap_or_else(|_| followed.pids().collect());
        self.followed.reset(found, Instant::now());
        self.followed.find_ended(&self.proc, Instant::now());
    }
}

/// The processes that are chosen and all their descendants.
fn descendants(is_chosen: impl Fn(&ProcessId) -> bool) -> Result<Vec<u32>, Error> {
    let mut births = Vec::new();
    NativeObserver::of_this_machine()?.all(&mut births)?;
    let chosen: Vec<ProcessId> = births
        .iter()
        .map(|birth| birth.id)
        .filter(is_chosen)
        .collect();
    let table = births.iter().map(|birth| ParentLink {
        id: birth.id,
        parent: birth.parent,
    });
    let found = Descendants::of(table).with_descendants(&chosen);
    Ok(found.iter().map(|id| id.pid).collect())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    use std::time::Instant;

    use memtop_proc::native::ProcRoot;
    use memtop_sampler::Event;
    use rustix::net::sockopt::set_socket_recv_buffer_size;

    use super::{Change, Connector, Inbox, Sockets, ThreadEnd};
    use crate::probe_kernel_events;

    /// Above every limit of the kernel.
    const PARENT: u32 = 1 << 24;
    const CHILD: u32 = PARENT + 1;

    #[test]
    fn figures_that_come_before_the_start_of_their_process_are_kept_for_its_end() {
        let Ok(connector) = Connector::open() else {
            return memtop_testing::skip("process-events", "no socket for them");
        };
        let exits = None;
        let sockets = Sockets { connector, exits };
        let mut inbox = Inbox::new(ProcRoot::system().unwrap());
        inbox.follow(PARENT);
        let end = ThreadEnd {
            process: CHILD,
            highest_bytes: 300,
            name: *b"short\0\0\0\0\0\0\0\0\0\0\0",
            is_last_thread: Some(true),
        };
        inbox.ends.insert(CHILD, end);
        inbox.collect(&sockets);
        let (pid, parent, status) = (CHILD, PARENT, 0);
        inbox.changes.push((0, Change::Started { pid, parent }));
        inbox.changes.push((0, Change::LeaderEnded { pid, status }));
        inbox.collect(&sockets);
        let mut events = Vec::new();
        assert!(inbox.take_events(&mut events));
        let Some((_, Event::Ended { last, .. })) = events.pop() else {
            panic!("its end is the last event");
        };
        assert_eq!(last.map(|last| last.highest_bytes), Some(300));
    }

    #[test]
    fn after_a_loss_the_tree_is_followed_as_it_is_then() {
        if let Err(reason) = probe_kernel_events() {
            return memtop_testing::skip("process-events", &reason);
        }
        let connector = Connector::open().unwrap();
        let exits = None;
        let sockets = Sockets { connector, exits };
        let mut inbox = Inbox::new(ProcRoot::system().unwrap());

        let script = "read l; for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; exec 3<&0; \
                      cat <&3 >/dev/null & echo $!; wait; /bin/true; echo; exec cat <&3";
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = shell.stdin.take().unwrap();
        let mut output = BufReader::new(shell.stdout.take().unwrap()).lines();
        inbox.follow_tree(shell.id()).unwrap();

        // The least that the kernel allows is room for a few messages.
        set_socket_recv_buffer_size(&sockets.connector.socket, 1).unwrap();
        input.write_all(b"\n").unwrap();
        let child: u32 = output.next().unwrap().unwrap().parse().unwrap();
        inbox.collect(&sockets);
        assert_eq!(inbox.losses, 1);
        assert!(inbox.followed.contains(child));

        set_socket_recv_buffer_size(&sockets.connector.socket, 8 << 20).unwrap();
        inbox.take_events(&mut Vec::new());
        // SAFETY: a signal to a child of the shell, which waits for it.
        unsafe { libc::kill(child.cast_signed(), libc::SIGKILL) };
        output.next().unwrap().unwrap();
        inbox.collect(&sockets);
        assert_eq!(inbox.losses, 1);
        let mut events: Vec<(Instant, Event)> = Vec::new();
        inbox.take_events(&mut events);
        let is_end = |event: &Event| matches!(event, Event::Ended { pid, .. } if *pid == child);
        assert!(events.iter().any(|(_, event)| is_end(event)), "{events:?}");
        let parent = shell.id();
        let is_start =
            |event: &Event| matches!(event, Event::Started { parent: of, .. } if *of == parent);
        let is_later = events.iter().any(|(_, event)| is_start(event));
        assert!(is_later, "{events:?}");
        drop(input);
        shell.wait().unwrap();
    }
}
