//! Tracing trees that somebody else has started.
//!
//! The end of each process is left to its parent. That cannot be done for a child of this very
//! process: to the kernel its tracer and its parent are one, so whoever waits for it here would be
//! given the stops that are meant for the tracer (`wait_consider_task` in `kernel/exit.c`). Such
//! trees are not traced.

use std::fs;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle, sleep};

use libc::pid_t;
use memtop_proc::lock;
use memtop_proc::native::{NativeObserver, ProcRoot, field, identify};
use memtop_proc::{Descendants, Observer, ParentLink};
use memtop_sampler::SharedSampler;

use crate::priority::raise_priority;
use crate::tracer::Tracer;
use crate::waker::{WAKE_AGAIN_AFTER, Waker};

/// Somebody may be born while the others are seized.
const MOST_PASSES: usize = 20;

enum Request {
    Attach {
        pid: u32,
        reply: Sender<Result<(), String>>,
    },
    LetAllGo,
}

/// Traces any number of trees on one thread. Dropping it lets them go.
#[derive(Debug)]
pub struct TreeTracer {
    waker: Arc<Waker>,
    requests: Mutex<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl TreeTracer {
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(sampler: SharedSampler) -> io::Result<Self> {
        let waker = Arc::new(Waker::default());
        let (requests, inbox) = channel();
        let own_waker = Arc::clone(&waker);
        let thread = Builder::new()
            .name("memtop-attach".to_owned())
            .spawn(move || work(&sampler, &own_waker, &inbox))?;
        Ok(Self {
            waker,
            requests: Mutex::new(requests),
            thread: Some(thread),
        })
    }

    /// Traces a process, those that descend from it, and those that they start from now on.
    ///
    /// # Errors
    /// Why it cannot, in words; nobody is traced for it then.
    pub fn attach(&self, pid: u32) -> Result<(), String> {
        let (reply, answer) = channel();
        self.send(Request::Attach { pid, reply });
        loop {
            self.waker.wake();
            match answer.recv_timeout(WAKE_AGAIN_AFTER) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err("the tracing thread has ended".to_owned());
                }
            }
        }
    }

    fn send(&self, request: Request) {
        let requests = lock(&self.requests);
        // Without a reader the thread has ended, and whoever waits for an answer hears of it.
        let _ = requests.send(request);
    }
}

impl Drop for TreeTracer {
    fn drop(&mut self) {
        self.send(Request::LetAllGo);
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() {
                self.waker.wake();
                sleep(WAKE_AGAIN_AFTER);
            }
            // A panic has been printed by the thread itself; there is nothing to add.
            let _ = thread.join();
        }
    }
}

fn work(sampler: &SharedSampler, waker: &Waker, inbox: &Receiver<Request>) {
    let listening = waker
        .register()
        .and_then(|()| ProcRoot::system().map_err(io::Error::other));
    // Whoever asks for something hears that there is nobody.
    let Ok(proc) = listening else {
        return waker.unregister();
    };
    raise_priority();
    let mut tracer = Tracer::new(proc, Some(Arc::clone(sampler)), false);
    let mut is_closing = false;
    while !(is_closing && tracer.traces_nobody()) {
        let request = if tracer.traces_nobody() {
            inbox.recv().ok()
        } else {
            inbox.try_recv().ok()
        };
        match request {
            Some(Request::Attach { pid, reply }) => {
                // Whoever asked waits for the answer.
                let _ = reply.send(seize_tree(&mut tracer, pid));
                continue;
            }
            Some(Request::LetAllGo) => {
                is_closing = true;
                tracer.let_all_go();
                continue;
            }
            None => {}
        }
        match tracer.next_report() {
            Ok(Some((tid, report))) => tracer.handle(tid, report),
            Ok(None) => {}
            // Nobody is left.
            Err(_) => tracer.forget_all(),
        }
    }
    waker.unregister();
}

/// Seizes every thread of every process of a tree, until a look finds no other.
fn seize_tree(tracer: &mut Tracer, root: u32) -> Result<(), String> {
    if is_own_child(tracer.proc(), root) {
        return Err("it is a child of this very process".to_owned());
    }
    let mut seized: Vec<pid_t> = Vec::new();
    for _ in 0..MOST_PASSES {
        let mut is_new = false;
        for process in descendants(root)? {
            for tid in threads(process) {
                if tracer.traces(tid) {
                    continue;
                }
                match tracer.seize(tid, process) {
                    Ok(()) => {
                        seized.push(tid);
                        is_new = true;
                    }
                    Err(error) if error.raw_os_error() == Some(libc::ESRCH) => {}
                    // It was born traced, and will be told of.
                    Err(_) if is_traced_here(tracer.proc(), tid) => {}
                    // A zombie refuses as well.
                    Err(_) if is_over(tracer.proc(), process) => {}
                    Err(error) => {
                        tracer.let_threads_go(&seized);
                        return Err(format!("process {process} cannot be traced: {error}"));
                    }
                }
            }
        }
        if !is_new {
            return Ok(());
        }
    }
    Ok(())
}

fn is_own_child(proc: &ProcRoot, pid: u32) -> bool {
    let birth = identify(proc, pid, &mut Vec::new());
    matches!(birth, Ok(Some(birth)) if birth.parent == std::process::id())
}

fn is_traced_here(proc: &ProcRoot, tid: pid_t) -> bool {
    // SAFETY: it takes nothing and cannot fail.
    let own = unsafe { libc::gettid() };
    has(proc, tid, "TracerPid", &own.to_string())
}

fn is_over(proc: &ProcRoot, process: pid_t) -> bool {
    threads(process).is_empty() || has(proc, process, "State", "Z")
}

/// Whether a field of `status` begins with this word.
fn has(proc: &ProcRoot, tid: pid_t, name: &str, word: &str) -> bool {
    let mut status = Vec::new();
    let read = proc.read_process_file(tid.cast_unsigned(), "status", &mut status);
    let first = field(&status, name).and_then(|value| value.split_whitespace().next());
    matches!(read, Ok(Some(()))) && first == Some(word)
}

fn descendants(root: u32) -> Result<Vec<pid_t>, String> {
    let mut births = Vec::new();
    NativeObserver::of_this_machine()
        .and_then(|mut observer| observer.all(&mut births))
        .map_err(|error| error.to_string())?;
    let top = births.iter().find(|birth| birth.id.pid == root);
    let table = births.iter().map(|birth| ParentLink {
        id: birth.id,
        parent: birth.parent,
    });
    let found = Descendants::of(table).with_descendants(top.map(|top| top.id).as_slice());
    let mut found: Vec<u32> = found.iter().map(|id| id.pid).collect();
    // Nobody can trace themselves.
    found.retain(|&pid| pid != std::process::id());
    Ok(found.into_iter().map(u32::cast_signed).collect())
}

/// The first comes first.
fn threads(process: pid_t) -> Vec<pid_t> {
    let Ok(entries) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    let mut tids: Vec<pid_t> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    tids.sort_unstable_by_key(|&tid| (tid != process, tid));
    tids
}
