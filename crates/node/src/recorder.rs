//! What records a run, as an object of JavaScript.

use std::time::Duration;

use memtop_sampler::{TimelineSegment, WeakTask};
use memtop_store::{LivingProcess, NewRun, Recorder, RunEnd, TimelineSegment as StoredSegment};
use napi_derive::napi;

use crate::bundle::NativeBundle;
use crate::run::NativeRun;

/// What is known of a run when it starts.
#[napi(object, object_to_js = false)]
pub struct RecordStart {
    /// The file of the store.
    pub file: String,
    pub id: String,
    pub label: Option<String>,
    /// A list in JSON.
    pub command: String,
    pub cwd: Option<String>,
    pub started_at: String,
    /// The machine, in JSON.
    pub host: String,
    pub memtop_version: String,
}

/// What is known of a run when it has ended.
#[napi(object, object_to_js = false)]
pub struct RecordEnd {
    pub ended_at: String,
    pub duration_ms: f64,
    pub exit_code: Option<i32>,
    pub signal: Option<String>,
    pub cause: String,
    pub peak_bytes: Option<i64>,
    pub peak_metric: Option<String>,
    /// The whole, in JSON.
    pub result: String,
}

/// What is not recorded.
#[napi(object, object_from_js = false)]
pub struct RecordingFailure {
    /// Whether it is the run; else only its timeline.
    pub is_whole_run: bool,
    pub reason: String,
}

/// Records a run on a thread of its own.
#[napi]
pub struct NativeRecorder {
    recorder: Recorder,
}

#[napi]
impl NativeRecorder {
    #[napi(factory)]
    #[must_use]
    pub fn of_run(start: RecordStart, run: &NativeRun) -> Self {
        let process = run.run.process();
        let task = run.run.task().cloned();
        Self::start(start, task, |run| NewRun { process, ..run })
    }

    /// Of a run that is measured by a process below this one: its timeline is not known here.
    #[napi(factory)]
    #[must_use]
    pub fn elsewhere(start: RecordStart, run: &NativeRun) -> Self {
        let process = run.run.process();
        Self::start(start, None, |run| NewRun { process, ..run })
    }

    #[napi(factory)]
    #[must_use]
    pub fn of_bundle(start: RecordStart, bundle: &NativeBundle) -> Self {
        Self::start(start, bundle.bundle.task(), |run| run)
    }

    fn start(
        start: RecordStart,
        task: Option<WeakTask>,
        complete: impl FnOnce(NewRun) -> NewRun,
    ) -> Self {
        let file = start.file.clone().into();
        let measure = move |sums| task.as_ref()?.take_timeline_segment(sums).map(stored);
        Self {
            recorder: Recorder::start(file, complete(start.into()), measure),
        }
    }

    /// Records how the run has ended, without waiting for that.
    #[napi]
    pub fn finish(&mut self, end: RecordEnd) {
        self.recorder.finish(end.into());
    }

    /// Waits until everything is written, but not longer than that. Returns what is not written.
    #[napi]
    #[must_use]
    pub fn wait(&self, at_most_ms: u32) -> Option<RecordingFailure> {
        let waited = self.recorder.wait(Duration::from_millis(at_most_ms.into()));
        waited.err().map(|failure| RecordingFailure {
            is_whole_run: failure.is_whole_run,
            reason: failure.reason,
        })
    }
}

fn stored(segment: TimelineSegment) -> StoredSegment {
    let living = segment.living.into_iter();
    StoredSegment {
        at: segment.at,
        sums: segment
            .sums
            .iter()
            .map(|point| (point.at, point.bytes))
            .collect(),
        living: living
            .map(|process| LivingProcess {
                id: process.id,
                description: process.description,
                bytes: process.bytes,
            })
            .collect(),
    }
}

impl From<RecordStart> for NewRun {
    fn from(start: RecordStart) -> Self {
        Self {
            id: start.id,
            label: start.label,
            command: start.command,
            cwd: start.cwd,
            started_at: start.started_at,
            host: start.host,
            memtop_version: start.memtop_version,
            ..Self::default()
        }
    }
}

impl From<RecordEnd> for RunEnd {
    fn from(end: RecordEnd) -> Self {
        Self {
            ended_at: end.ended_at,
            duration_ms: end.duration_ms,
            exit_code: end.exit_code,
            signal: end.signal,
            cause: end.cause,
            peak_bytes: end.peak_bytes,
            peak_metric: end.peak_metric,
            result: end.result,
        }
    }
}
