//! The thread that waits for events, and the sampler's access to them.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

use libc::c_int;
use memtop_proc::native::{ProcRoot, is_in_first_user_namespace, raise_priority};
use memtop_proc::{Error, lock};
use memtop_sampler::{Event, EventSource, SharedSampler};
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::time::Timespec;

use super::connector::Connector;
use super::exit_accounting::ExitAccounting;
use super::inbox::{Inbox, Sockets};
use super::reasons::{NOTHING_SENT, refused};

/// How often messages are looked for while they come. To be woken by each would slow down the
/// processes that cause them.
const PAUSE: Duration = Duration::from_millis(1);
/// The same while none is of a followed process, or the sampler has no time for each.
const LONG_PAUSE: Duration = Duration::from_millis(4);
/// After this many pauses without a message, or without one of a followed process.
const PAUSES_TO_REST: u32 = 20;
/// The longest wait while a process goes on without its first thread.
const WAIT_FOR_ENDS: Duration = Duration::from_millis(20);

/// Follows any number of trees by what the kernel sends. Dropping it ends that.
#[derive(Debug)]
pub struct KernelEvents {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Why high-water marks of ended processes are unknown.
    without_high_water: Option<String>,
}

#[derive(Debug)]
struct Shared {
    sockets: Sockets,
    inbox: Mutex<Inbox>,
    /// Written to for the thread to end.
    wake: OwnedFd,
    is_closed: AtomicBool,
}

/// What the sampler asks for events, as long as they are received.
struct Source(Weak<Shared>);

impl KernelEvents {
    /// Starts to listen, and reports to the sampler from then on.
    ///
    /// # Errors
    /// Why that is not possible here, in words.
    pub fn start(sampler: &SharedSampler) -> Result<Self, String> {
        let (shared, without_high_water) = Shared::open()?;
        let (reply, answer) = channel();
        let (own, sampling) = (Arc::clone(&shared), Arc::clone(sampler));
        let thread = start_thread(move || {
            let works = own.works();
            let is_working = works.is_ok();
            if reply.send(works).is_ok() && is_working {
                raise_priority();
                own.listen(&sampling);
            }
        })?;
        let works = answer.recv().map_err(|error| error.to_string());
        if let Err(reason) = works.flatten() {
            // A panic has been printed by the thread itself.
            let _ = thread.join();
            return Err(reason);
        }
        sampler.set_event_source(Box::new(Source(Arc::downgrade(&shared))));
        Ok(Self {
            shared,
            thread: Some(thread),
            without_high_water,
        })
    }

    /// Follows one process, and all that it starts from now on.
    #[must_use = "events are held back until this is dropped"]
    pub fn follow(&self, pid: u32) -> KernelEventsHold<'_> {
        let mut inbox = self.shared.inbox();
        inbox.follow(pid);
        KernelEventsHold::new(&self.shared, &mut inbox)
    }

    /// Follows a process and its descendants, including later ones.
    ///
    /// # Errors
    /// If the process table cannot be read.
    #[must_use = "events are held back until this is dropped"]
    pub fn follow_tree(&self, pid: u32) -> Result<KernelEventsHold<'_>, Error> {
        let mut inbox = self.shared.inbox();
        inbox.follow_tree(pid)?;
        Ok(KernelEventsHold::new(&self.shared, &mut inbox))
    }

    /// A process that is followed has ended with this wait status. Its parent may know that before
    /// the kernel reports it.
    pub fn note_end(&self, pid: u32, status: c_int) {
        self.shared
            .inbox()
            .note_end(&self.shared.sockets, pid, status);
    }

    /// Why the high-water marks of ended processes are not reported; `None` if they are.
    #[must_use]
    pub fn without_high_water(&self) -> Option<&str> {
        self.without_high_water.as_deref()
    }

    /// How often events were lost, since more came than there was room for. What had happened was
    /// found by a scan.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.shared.inbox().losses
    }
}

/// Holds back all events until it is dropped, so that a process can be added to the sampler that is
/// followed already.
#[derive(Debug)]
pub struct KernelEventsHold<'a>(&'a Shared);

impl<'a> KernelEventsHold<'a> {
    fn new(shared: &'a Shared, inbox: &mut Inbox) -> Self {
        inbox.holds += 1;
        Self(shared)
    }
}

impl Drop for KernelEventsHold<'_> {
    fn drop(&mut self) {
        self.0.inbox().holds -= 1;
        // They came without waking the thread again.
        self.0.wake();
    }
}

/// Whether messages come, and how many.
#[derive(Debug, Default)]
struct Activity {
    pauses_without_message: u32,
    pauses_without_event: u32,
}

impl Activity {
    fn note(&mut self, has_received: bool, has_events: bool) {
        self.pauses_without_message = self.pauses_without_message.saturating_add(1);
        self.pauses_without_event = self.pauses_without_event.saturating_add(1);
        if has_received {
            self.pauses_without_message = 0;
        }
        if has_events {
            self.pauses_without_event = 0;
        }
    }

    fn is_over(&self) -> bool {
        self.pauses_without_message >= PAUSES_TO_REST
    }

    /// How long to wait for further messages; `wait` is how soon the sampler is to be called again.
    fn pause(&self, wait: Option<Duration>) -> Duration {
        let is_slow = wait.is_some_and(|wait| wait > PAUSE);
        if is_slow || self.pauses_without_event >= PAUSES_TO_REST {
            LONG_PAUSE
        } else {
            PAUSE
        }
    }
}

impl Drop for KernelEvents {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, SeqCst);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            // A panic has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}

impl EventSource for Source {
    fn take(&mut self, events: &mut Vec<(Instant, Event)>) -> bool {
        let Some(shared) = self.0.upgrade() else {
            return false;
        };
        let mut inbox = shared.inbox();
        inbox.collect(&shared.sockets);
        inbox.take_events(events)
    }
}

impl Shared {
    fn wake(&self) {
        // Fails only if it was written to before, and not read since.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }

    /// Opens the sockets. Also returns why the high-water marks of ended processes are not sent.
    fn open() -> Result<(Arc<Self>, Option<String>), String> {
        let proc = ProcRoot::system().map_err(|error| error.to_string())?;
        // Elsewhere a request to listen is ignored, though what others listen to is received.
        if !is_in_first_user_namespace(&proc) {
            return Err(NOTHING_SENT.to_owned());
        }
        let connector = Connector::open()?;
        let (exits, without_high_water) = match ExitAccounting::open() {
            Ok(exits) => (Some(exits), None),
            Err(reason) => (None, Some(reason)),
        };
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(|error| refused(&error.into()))?;
        let shared = Self {
            sockets: Sockets { connector, exits },
            inbox: Mutex::new(Inbox::new(proc)),
            wake,
            is_closed: AtomicBool::new(false),
        };
        Ok((Arc::new(shared), without_high_water))
    }

    /// Whether events are received; if not, why. The calling thread must have been started after
    /// the sockets were opened.
    fn works(&self) -> Result<(), String> {
        if !self.inbox().has_start_of_this_thread(&self.sockets) {
            return Err(NOTHING_SENT.to_owned());
        }
        let filtered = self.sockets.connector.filter();
        filtered.map_err(|error| refused(&error))
    }

    fn listen(&self, sampler: &SharedSampler) {
        let mut activity = Activity::default();
        let mut wait = None;
        while !self.is_closed.load(SeqCst) {
            if activity.is_over() {
                self.wait(wait);
            }
            sleep(activity.pause(wait));
            let (received, has_events, awaits_ends) = {
                let mut inbox = self.inbox();
                let received = inbox.collect(&self.sockets);
                (received, inbox.has_events(), inbox.awaits_ends())
            };
            activity.note(received > 0, has_events);
            if has_events || wait.is_some() {
                wait = sampler.look_at_events();
            }
            if awaits_ends {
                wait = Some(wait.map_or(WAIT_FOR_ENDS, |wait| wait.min(WAIT_FOR_ENDS)));
            }
        }
    }

    /// Waits for a message, at most so long.
    fn wait(&self, most: Option<Duration>) {
        let most = most.and_then(|most| Timespec::try_from(most).ok());
        let sockets = &self.sockets;
        let readable = |fd| PollFd::from_borrowed_fd(fd, PollFlags::IN);
        let connector = readable(sockets.connector.socket.as_fd());
        let mut sources = vec![readable(self.wake.as_fd()), connector];
        let exits = sockets.exits.as_ref();
        sources.extend(exits.map(|exits| readable(exits.socket.as_fd())));
        // An interrupted wait is over as well.
        let _ = poll(&mut sources, most.as_ref());
        // Empty unless it was written to.
        let _ = rustix::io::read(&self.wake, &mut [0; 8]);
    }
}

/// Tries whether the kernel sends events here. Returns why it does not send the high-water marks of
/// processes that have ended; `None` if it does.
///
/// # Errors
/// Why it sends no events, in words.
pub fn probe_kernel_events() -> Result<Option<String>, String> {
    let (shared, without_high_water) = Shared::open()?;
    let thread = start_thread(move || shared.works())?;
    match thread.join() {
        Ok(works) => works.map(|()| without_high_water),
        // A panic has been printed by the thread itself.
        Err(_) => Err(NOTHING_SENT.to_owned()),
    }
}

fn start_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, String> {
    let builder = Builder::new().name("memtop-events".to_owned());
    builder.spawn(work).map_err(|error| refused(&error))
}
