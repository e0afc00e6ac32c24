//! How a command is started, with all that stays with it.

use std::path::Path;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};

use memtop_proc::native::{ProcRoot, high_water};
use memtop_sampler::TaskHandle;
use memtop_terminal::{StreamsUse, Wiring};

use super::RunningCommand;
use super::heap_words::listened_to;
use crate::birth::Preparation;
use crate::follower::{Assignment, Followed, Follower, NotStarted, Started, Tracing};
use crate::image::Image;
use crate::means::tracing;
use crate::sample_file::{SampleFile, missing_remark};
use crate::session::place::Place;
use crate::supervision::Tree;
use crate::wait::identity;
use crate::{Command, StartError};

impl RunningCommand {
    pub(crate) fn start(
        place: Place,
        command: &Command,
        image: Image,
        streams: StreamsUse,
    ) -> Result<Self, StartError> {
        let session = &place.session;
        let options = &session.options;
        let tracing = tracing(options.trace);
        let is_traced = !matches!(tracing, Tracing::No(_));
        let own_highest_bytes = own_highest_bytes();
        let heap_message = Arc::new(AtomicBool::new(false));
        let inherited = session.descriptors.iter();
        let preparation = Preparation {
            image,
            cwd: command.c_cwd()?,
            entrance: session.entrance.clone(),
            wiring: Wiring::new(listened_to(streams, &heap_message))?,
            descriptors: command
                .descriptors
                .iter()
                .chain(inherited)
                .copied()
                .collect(),
            open_files: session.open_files,
            on_parents_death: options.death_signal(is_traced),
            waits: is_traced,
        };
        let assignment = Assignment {
            preparation,
            rules: options.rules.clone(),
            tracing,
            dies_with_tracer: options.stands_in,
            place: place.clone(),
        };
        let oom = place.oom_watch();
        let (outbox, news) = channel();
        let follower = Follower::start(assignment, move |followed| {
            // Once nobody listens, nobody needs to know.
            let _ = outbox.send(followed);
        })?;
        let started = wait_for_start(&news, command)?;
        let process = identity(started.pid);
        let supervision = place.supervision(Tree {
            root: process,
            pidfd: started.pidfd.clone(),
            ..Tree::of_task(started.task.as_ref())
        });
        let remark = place.command_started(started.pid, started.pidfd.clone(), follower.clone());
        Ok(Self {
            place,
            supervision,
            news,
            follower,
            started,
            sample_file: None,
            own_highest_bytes,
            trace: None,
            oom,
            node_options: command.variable("NODE_OPTIONS"),
            heap_message,
            process,
            remarks: remark.into_iter().collect(),
        })
    }

    /// Adds every sample to a file that is there.
    pub(crate) fn write_samples(&mut self, path: &Path) {
        let samples = self.task().and_then(TaskHandle::samples);
        match samples.map(|samples| SampleFile::start(path, samples)) {
            Some(Ok(file)) => self.sample_file = Some(file),
            Some(Err(error)) => self.remarks.push(missing_remark(&error)),
            None => {}
        }
    }
}

fn wait_for_start(news: &Receiver<Followed>, command: &Command) -> Result<Started, StartError> {
    loop {
        match news.recv() {
            Ok(Followed::Started(started)) => return Ok(started),
            Ok(Followed::NotStarted(why)) => {
                return Err(match why {
                    NotStarted::Exec(error) => command.explain(error),
                    NotStarted::NoTracing(reason) => StartError::NoTracing(reason),
                    NotStarted::Fork(error) => StartError::System(error),
                });
            }
            Ok(Followed::Ended(Err(error))) => return Err(StartError::System(error)),
            Ok(_) => {}
            Err(_) => {
                let error = std::io::Error::other("the following thread has ended");
                return Err(StartError::System(error));
            }
        }
    }
}

fn own_highest_bytes() -> Option<u64> {
    let proc = ProcRoot::system().ok()?;
    Some(high_water(&proc, process::id(), &mut Vec::new())?.highest_bytes)
}
