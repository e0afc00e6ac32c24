//! A file that gets every sample of a run as it runs, so that memory use does not grow with it.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

use memtop_sampler::{Point, Samples};

/// At most the samples of this time are missing when this process is killed.
const WRITE_EVERY: Duration = Duration::from_millis(100);
/// How long the last samples may take to be written.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes on a thread of its own.
#[derive(Debug)]
pub(crate) struct SampleFile {
    samples: Samples,
    done: Receiver<io::Result<()>>,
}

impl SampleFile {
    /// Adds to the end of a file that is there.
    pub(crate) fn start(path: &Path, samples: Samples) -> io::Result<Self> {
        let mut file = OpenOptions::new().append(true).open(path)?;
        let (result, done) = channel();
        let source = samples.clone();
        Builder::new()
            .name("memtop-samples".to_owned())
            .spawn(move || {
                // Without a receiver `finish` has given up.
                let _ = result.send(write_all(&mut file, &source));
            })?;
        Ok(Self { samples, done })
    }

    /// Waits until the last samples are written, but not for long. Returns what went wrong.
    pub(crate) fn finish(self) -> Option<String> {
        self.samples.end();
        let reason = match self.done.recv_timeout(PATIENCE) {
            Ok(Ok(())) => return None,
            Ok(Err(error)) => error.to_string(),
            Err(RecvTimeoutError::Timeout) => "the disk does not answer".to_owned(),
            Err(RecvTimeoutError::Disconnected) => "the writing thread has ended".to_owned(),
        };
        Some(missing_remark(&reason))
    }
}

/// The remark on samples that could not be written.
pub(crate) fn missing_remark(reason: &impl Display) -> String {
    format!("not every sample is written: {reason}")
}

fn write_all(file: &mut File, samples: &Samples) -> io::Result<()> {
    while let Some(points) = samples.take_after(WRITE_EVERY) {
        let rows: String = points.into_iter().map(row).collect();
        file.write_all(rows.as_bytes())?;
    }
    Ok(())
}

/// A row of CSV (RFC 4180): milliseconds, and bytes.
fn row(Point { at, bytes }: Point) -> String {
    let millis = at.as_micros() as f64 / 1e3;
    format!("{millis},{bytes}\r\n")
}
