//! Threads that end trees.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::Builder;

use memtop_proc::lock;
use memtop_proc::native::run_first;

type Job = Box<dyn FnOnce() + Send>;

/// Starts its first thread at once, so that a tree can be ended when no more threads can be
/// created, as under a fork bomb. Trees that end at the same time get a thread each, or wait for
/// one.
pub(crate) struct EndingThreads(Arc<Shared>);

impl fmt::Debug for EndingThreads {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EndingThreads")
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// Threads that wait for a job.
    idle: usize,
    is_closed: bool,
}

impl EndingThreads {
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start() -> io::Result<Self> {
        let shared = Arc::default();
        Shared::add_thread(&shared)?;
        Ok(Self(shared))
    }

    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = lock(&self.0.state);
        state.jobs.push_back(Box::new(job));
        let is_short_of_threads = state.jobs.len() > state.idle;
        drop(state);
        self.0.changed.notify_one();
        if is_short_of_threads {
            // Without another thread the job waits for one of those that are there.
            let _ = Shared::add_thread(&self.0);
        }
    }
}

impl Drop for EndingThreads {
    fn drop(&mut self) {
        lock(&self.0.state).is_closed = true;
        self.0.changed.notify_all();
    }
}

impl Shared {
    fn add_thread(this: &Arc<Self>) -> io::Result<()> {
        let shared = Arc::clone(this);
        // The new thread waits for the lock: others must not count on it before it is there.
        let mut state = lock(&this.state);
        Builder::new()
            .name("memtop-end".to_owned())
            .spawn(move || {
                run_first();
                shared.work();
            })?;
        state.idle += 1;
        Ok(())
    }

    /// Keeps one thread for the next job.
    fn work(&self) {
        while let Some(job) = self.next_job() {
            // A panic has been printed; other trees must still be ended.
            let _ = catch_unwind(AssertUnwindSafe(job));
            let mut state = lock(&self.state);
            if state.idle > 0 && state.jobs.is_empty() {
                return;
            }
            state.idle += 1;
        }
    }

    fn next_job(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.idle -= 1;
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::EndingThreads;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn jobs_run_at_the_same_time() {
        let threads = EndingThreads::start().unwrap();
        let (first, second_input) = channel();
        let (second, first_input) = channel();
        let (done, all_done) = channel();
        let first_done = done.clone();
        threads.run(move || {
            first.send(()).unwrap();
            first_input.recv_timeout(PATIENCE).unwrap();
            first_done.send(()).unwrap();
        });
        threads.run(move || {
            second.send(()).unwrap();
            second_input.recv_timeout(PATIENCE).unwrap();
            done.send(()).unwrap();
        });
        all_done.recv_timeout(PATIENCE).unwrap();
        all_done.recv_timeout(PATIENCE).unwrap();
    }

    #[test]
    fn a_job_that_fails_leaves_its_thread_to_others() {
        let (done, is_done) = channel();
        let threads = EndingThreads::start().unwrap();
        threads.run(|| panic!("as a test"));
        threads.run(move || done.send(()).unwrap());
        is_done.recv_timeout(PATIENCE).unwrap();
    }

    #[test]
    fn a_job_that_was_given_is_done_although_nothing_else_will_be() {
        let (done, is_done) = channel();
        let threads = EndingThreads::start().unwrap();
        threads.run(move || done.send(()).unwrap());
        drop(threads);
        is_done.recv_timeout(PATIENCE).unwrap();
    }
}
