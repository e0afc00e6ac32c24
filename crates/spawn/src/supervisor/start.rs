//! How a command is started, with all that stays with it.

use std::cell::RefCell;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};

use memtop_proc::native::cgroup::Cgroups;
use memtop_proc::native::{OomWatch, ProcRoot, RoomFinder, high_water};
use memtop_proc::{Error, Room};
use memtop_terminal::{Forwarding, Streams};

use super::heap_words::listened_to;
use super::{Message, OnAlarm, Supervisor};
use crate::birth::Preparation;
use crate::bundle::place::Place;
use crate::follower::{Assignment, Followed, Follower, NotStarted, Started, Tracing};
use crate::group::Group;
use crate::guard;
use crate::inherited::{inherited_descriptors, parents_open_files};
use crate::means::{own_means, tracing};
use crate::options::Options;
use crate::outcome::GuardRecord;
use crate::sample_file::{SampleFile, missing_remark};
use crate::wait::{adopt_orphans, identity};
use crate::{Command, StartError};

const SIGNALS_DO_NOT_REACH: &str =
    "signals to memtop do not reach the command: this kernel has no pidfd_open";

impl Supervisor {
    pub(crate) fn start(
        place: Option<Place>,
        mut command: Command,
        mut options: Options,
        on_alarm: OnAlarm,
        outbox: &Sender<Message>,
        inbox: Receiver<Message>,
    ) -> Result<Self, StartError> {
        if let Some(place) = &place {
            command.descriptors.extend(place.descriptors());
        } else if options.stands_in {
            let inherited = inherited_descriptors(&options.own_descriptors);
            command.descriptors.extend(inherited);
        }
        let image = command.image()?;
        let mut remarks = Vec::new();
        let cgroups = Cgroups::system().map(Arc::new);
        let (sampler, group, entrance) = match &place {
            Some(place) => {
                let of_all = "it is that of all tasks".to_owned();
                (place.sampler(), Err(of_all), place.entrance())
            }
            None => own_means(&options, &cgroups)?,
        };
        let tracing = tracing(options.trace);
        let adopts_orphans =
            place.is_none() && options.stands_in && adopts_orphans(&tracing, &mut remarks);
        let own_highest_bytes = own_highest_bytes();
        let takes_signals = place.is_none() && options.stands_in;
        let forwarding = takes_signals.then(Forwarding::begin).flatten();
        let cwd = command.c_cwd()?;
        let heap_message = Arc::new(AtomicBool::new(false));
        let streams = std::mem::take(&mut options.streams);
        let wiring = Streams::open(listened_to(streams, &heap_message))?;
        let assignment = Assignment {
            preparation: Preparation {
                image,
                cwd,
                entrance,
                wiring,
                descriptors: command.descriptors.clone(),
                open_files: match &place {
                    Some(place) => place.open_files(),
                    None => options.stands_in.then(parents_open_files).flatten(),
                },
                on_parents_death: options.death_signal(!matches!(tracing, Tracing::No(_))),
                waits: !matches!(tracing, Tracing::No(_)),
            },
            sampler: sampler.clone(),
            adopter: adopts_orphans.then(process::id),
            rules: options.rules.clone(),
            tracing,
            dies_with_tracer: options.stands_in,
            place: place.clone(),
        };
        let oom = watch_oom(&cgroups, &group, place.as_ref());
        let following = outbox.clone();
        let follower = Follower::start(assignment, move |followed| {
            // Once nobody listens, nobody needs to know.
            let _ = following.send(Message::Followed(followed));
        })?;
        let started = wait_for_start(&inbox, &command)?;
        if let Some(place) = &place {
            remarks.extend(place.command_started(
                started.pid,
                started.pidfd.clone(),
                follower.clone(),
            ));
        }
        if let Some(forwarding) = &forwarding
            && !forwarding.register(started.pid, started.pidfd.clone())
        {
            remarks.push(SIGNALS_DO_NOT_REACH.to_owned());
        }
        let proc = ProcRoot::system().ok();
        let mut finder = RoomFinder::at(proc.as_ref(), cgroups.as_deref().ok());
        let room = finder.look();
        let mut run = Self {
            memory_bytes: room.as_ref().map_or(0, |room| room.total_bytes),
            node_options: command.variable("NODE_OPTIONS"),
            heap_message,
            process: identity(started.pid),
            guard: None,
            on_alarm,
            oom,
            options,
            place,
            inbox,
            follower,
            started,
            sampler,
            sample_file: None,
            group,
            forwarding,
            adopts_orphans,
            own_highest_bytes,
            largest_bytes: 0,
            trace: None,
            stopped: None,
            backlog: RefCell::default(),
            remarks,
        };
        run.count_by_group();
        run.post_guard(room.as_ref(), finder, outbox.clone());
        run.write_samples();
        Ok(run)
    }

    fn count_by_group(&self) {
        if let (Ok(group), Some((sampler, task))) = (&self.group, self.sampling()) {
            group.count_for(&sampler, task);
        }
    }

    fn post_guard(&mut self, room: Option<&Room>, finder: RoomFinder, outbox: Sender<Message>) {
        let Some((sampler, task)) = self.sampling().filter(|_| self.options.guard.is_on) else {
            return;
        };
        let thresholds = self.options.guard.thresholds(room);
        self.guard = Some(GuardRecord {
            thresholds,
            warned: false,
            alarm: None,
        });
        let on_alarm = move |alarm| {
            // Once nobody listens, there is nothing to guard.
            let _ = outbox.send(Message::Alarm(Box::new(alarm)));
        };
        sampler.guard(task, guard::post(thresholds, finder, on_alarm));
    }

    fn write_samples(&mut self) {
        let Some(path) = self.options.samples_file.take() else {
            return;
        };
        let samples = self
            .sampling()
            .and_then(|(sampler, task)| sampler.samples(task));
        match samples.map(|samples| SampleFile::start(&path, samples)) {
            Some(Ok(file)) => self.sample_file = Some(file),
            Some(Err(error)) => self.remarks.push(missing_remark(&error)),
            None => {}
        }
    }
}

/// Traced processes are known from their birth, so it does not matter which process adopts them.
fn adopts_orphans(tracing: &Tracing, remarks: &mut Vec<String>) -> bool {
    matches!(tracing, Tracing::No(_))
        && adopt_orphans()
            .inspect_err(|error| remarks.push(format!("orphans may be missed: {error}")))
            .is_ok()
}

fn watch_oom(
    cgroups: &Result<Arc<Cgroups>, Error>,
    group: &Result<Group, String>,
    place: Option<&Place>,
) -> OomWatch {
    let mut oom = OomWatch::start_at(ProcRoot::system().ok(), cgroups.as_deref().ok());
    if let Ok(group) = group {
        oom.add(group.made().cgroup().clone());
    }
    if let Some(place) = place {
        place.watch_group(&mut oom);
    }
    oom
}

fn wait_for_start(inbox: &Receiver<Message>, command: &Command) -> Result<Started, StartError> {
    loop {
        match inbox.recv() {
            Ok(Message::Followed(Followed::Started(started))) => return Ok(started),
            Ok(Message::Followed(Followed::NotStarted(why))) => {
                return Err(match why {
                    NotStarted::Exec(error) => command.explain(error),
                    NotStarted::NoTracing(reason) => StartError::NoTracing(reason),
                    NotStarted::Fork(error) => StartError::System(error),
                });
            }
            Ok(Message::Followed(Followed::Ended(Err(error)))) => {
                return Err(StartError::System(error));
            }
            // Nobody has a run to stop yet.
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
