//! How a command is started, with all that stays with it.

use std::path::Path;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};

use memtop_proc::native::{ProcRoot, high_water};
use memtop_sampler::TaskHandle;
use memtop_terminal::{Streams, StreamsUse};

use super::RunningCommand;
use super::heap_message::searched;
use crate::follower::{CommandEvent, Follower, Following, StartFailure, Started};
use crate::fork::ChildSetup;
use crate::image::Image;
use crate::sample_file::{SampleFile, missing_remark};
use crate::session::Session;
use crate::session::placement::Placement;
use crate::supervision::Tree;
use crate::{Command, StartError};

impl RunningCommand {
    pub(crate) fn start(
        placement: Placement,
        command: &Command,
        image: Image,
        streams: StreamsUse,
    ) -> Result<Self, StartError> {
        let session = &placement.session;
        let options = &session.options;
        let own_highest_bytes = own_highest_bytes();
        let heap_message = Arc::new(AtomicBool::new(false));
        let streams = searched(streams, &heap_message);
        let following = Following {
            setup: child_setup(session, command, image, streams)?,
            rules: options.rules.clone(),
            dies_with_tracer: options.stands_in,
            placement: placement.clone(),
        };
        let oom = placement.oom_watch();
        let (events, inbox) = channel();
        let follower = Follower::start(following, move |event| {
            // Without a receiver the run is over.
            let _ = events.send(event);
        })?;
        let started = wait_for_start(&inbox, command)?;
        let supervision = placement.supervision(Tree {
            root: started.process,
            pidfd: started.pidfd.clone(),
            ..Tree::of_task(started.task.as_ref())
        });
        let remark = placement.command_started(
            started.pid,
            started.pidfd.clone(),
            follower.command_state().clone(),
        );
        Ok(Self {
            placement,
            supervision,
            events: inbox,
            follower,
            started,
            sample_file: None,
            own_highest_bytes,
            trace: None,
            oom,
            node_options: command.variable("NODE_OPTIONS"),
            heap_message,
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

fn child_setup(
    session: &Session,
    command: &Command,
    image: Image,
    streams: StreamsUse,
) -> Result<ChildSetup, StartError> {
    let inherited = session.descriptors.iter();
    Ok(ChildSetup {
        image,
        cwd: command.c_cwd()?,
        entrance: session.entrance.clone(),
        streams: Streams::open(streams)?,
        descriptors: command
            .descriptors
            .iter()
            .chain(inherited)
            .copied()
            .collect(),
        open_files: session.open_files,
        parent_death_signal: session.options.death_signal(session.events.is_ptrace()),
        waits_for_release: session.events.need_a_gate(),
    })
}

fn wait_for_start(
    events: &Receiver<CommandEvent>,
    command: &Command,
) -> Result<Started, StartError> {
    loop {
        match events.recv() {
            Ok(CommandEvent::Started(started)) => return Ok(*started),
            Ok(CommandEvent::NotStarted(why)) => {
                // The thread has let go of the session once it can send no more.
                while events.recv().is_ok() {}
                return Err(match why {
                    StartFailure::Exec(error) => command.explain(error),
                    StartFailure::NoTracing(reason) => StartError::NoTracing(reason),
                    StartFailure::Fork(error) => StartError::System(error),
                });
            }
            Ok(CommandEvent::Ended(Err(error))) => return Err(StartError::System(error)),
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
