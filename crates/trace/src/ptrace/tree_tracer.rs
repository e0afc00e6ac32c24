//! Traces trees that were not started by memtop.
//!
//! Their processes are reaped by their parents. Trees below a child of this process cannot be
//! traced: the kernel treats its tracer and its parent as one, so code in this process that waits
//! for the child would receive its ptrace stops (`wait_consider_task` in `kernel/exit.c`).

use std::fs;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle, sleep};

use libc::pid_t;
use memtop_proc::lock;
use memtop_proc::native::{NativeObserver, ProcRoot, field, identify, raise_priority};
use memtop_proc::{Descendants, Observer, ParentLink};
use memtop_sampler::SharedSampler;
use rustix::thread::gettid;

use crate::ptrace::tracer::Tracer;
use crate::ptrace::waker::{WAKE_AGAIN_AFTER, Waker};

/// Processes may start while others are being seized, so several passes may be necessary.
const MAX_PASSES: usize = 20;

enum Request {
    Attach {
        pid: u32,
        reply: Sender<Result<(), String>>,
    },
    DetachAll,
}

/// Traces any number of trees on one thread. Detaches from them on drop.
#[derive(Debug)]
pub struct TreeTracer {
    waker: Arc<Waker>,
    requests: Mutex<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl TreeTracer {
    /// Starts the tracing thread.
    ///
    /// # Errors
    /// If the thread cannot be created.
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

    /// Traces a process and its descendants, including later ones.
    ///
    /// # Errors
    /// The reason as a message, if that is impossible; then none of them is traced.
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
        // Fails if the thread has ended; then a caller that waits for the reply is disconnected.
        let _ = requests.send(request);
    }
}

impl Drop for TreeTracer {
    fn drop(&mut self) {
        self.send(Request::DetachAll);
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() {
                self.waker.wake();
                sleep(WAKE_AGAIN_AFTER);
            }
            // A panic was already printed by the thread.
            let _ = thread.join();
        }
    }
}

fn work(sampler: &SharedSampler, waker: &Waker, inbox: &Receiver<Request>) {
    let registered = waker
        .register()
        .and_then(|()| ProcRoot::system().map_err(io::Error::other));
    // Dropping the inbox disconnects callers that wait for a reply.
    let Ok(proc) = registered else {
        return waker.unregister();
    };
    raise_priority();
    let mut tracer = Tracer::new(proc, Some(Arc::clone(sampler)), false);
    let mut is_closing = false;
    while !(is_closing && tracer.is_empty()) {
        let request = if tracer.is_empty() {
            inbox.recv().ok()
        } else {
            inbox.try_recv().ok()
        };
        match request {
            Some(Request::Attach { pid, reply }) => {
                // The caller waits for the reply.
                let _ = reply.send(seize_tree(&mut tracer, pid));
                continue;
            }
            Some(Request::DetachAll) => {
                is_closing = true;
                tracer.detach_all();
                continue;
            }
            None => {}
        }
        match tracer.next_report() {
            Ok(Some((tid, report))) => tracer.handle(tid, report),
            Ok(None) => {}
            // No tracee is left.
            Err(_) => tracer.clear(),
        }
    }
    waker.unregister();
}

/// Seizes all threads of all processes of a tree, until a pass finds no new one.
fn seize_tree(tracer: &mut Tracer, root: u32) -> Result<(), String> {
    if is_own_child(tracer.proc(), root) {
        return Err("it is a child of this very process".to_owned());
    }
    let mut seized: Vec<pid_t> = Vec::new();
    for _ in 0..MAX_PASSES {
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
                    // It was started by a traced thread, which will be reported.
                    Err(_) if is_traced_here(tracer.proc(), tid) => {}
                    // Zombies cannot be traced.
                    Err(_) if has_ended(tracer.proc(), process) => {}
                    Err(error) => {
                        tracer.detach_threads(&seized);
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
    let own = gettid().as_raw_nonzero().get();
    has(proc, tid, "TracerPid", &own.to_string())
}

fn has_ended(proc: &ProcRoot, process: pid_t) -> bool {
    threads(process).is_empty() || has(proc, process, "State", "Z")
}

/// Whether the value of a field of `status` begins with this word.
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
    let root = births.iter().find(|birth| birth.id.pid == root);
    let table = births.iter().map(|birth| ParentLink {
        id: birth.id,
        parent: birth.parent,
    });
    let found = Descendants::of(table).with_descendants(root.map(|root| root.id).as_slice());
    let mut found: Vec<u32> = found.iter().map(|id| id.pid).collect();
    // A process cannot trace itself.
    found.retain(|&pid| pid != std::process::id());
    Ok(found.into_iter().map(u32::cast_signed).collect())
}

/// The thread ids of a process, the leader first.
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
