//! What a command is measured with: a sampler, a control group, a tracer.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memtop_proc::Error;
use memtop_proc::native::cgroup::{Cgroups, Entrance, Limit};
use memtop_proc::native::{CAP_SYS_PTRACE, ProcRoot, has_effective};

use crate::follower::Tracing;
use crate::group::Group;
use crate::{GroupUse, StartError, TraceUse};

/// The smallest limit that the run was under.
pub(crate) fn limit_around(group: Option<&Group>) -> Option<Limit> {
    let limits = match group {
        Some(group) => group.made().cgroup().limits(),
        None => Cgroups::system().ok()?.own().ok()?.limits(),
    };
    limits.ok()?.max
}

pub(crate) fn tracing(wanted: TraceUse) -> Tracing {
    match wanted {
        TraceUse::Off => Tracing::No("it was not asked for".to_owned()),
        TraceUse::On => Tracing::Required,
        TraceUse::Auto => {
            let is_harmless = ProcRoot::system()
                .is_ok_and(|proc| has_effective(&proc, CAP_SYS_PTRACE) == Some(true));
            if is_harmless {
                Tracing::Wanted
            } else {
                Tracing::No(
                    "without CAP_SYS_PTRACE it would take privileges from programs such as sudo"
                        .to_owned(),
                )
            }
        }
    }
}

/// One process may have several runs at a time.
static RUNS: AtomicU64 = AtomicU64::new(0);

pub(crate) type MadeGroup = Result<(Group, Entrance), String>;

pub(crate) fn make_group(
    group: GroupUse,
    cgroups: &Result<Arc<Cgroups>, Error>,
) -> Result<MadeGroup, StartError> {
    if group == GroupUse::Off {
        return Ok(Err("it was not asked for".to_owned()));
    }
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let created = match cgroups {
        Ok(cgroups) => Group::create(cgroups, &format!("memtop-{}-{run}", process::id())),
        Err(reason) => Err(reason.to_string()),
    };
    match created {
        Err(reason) if group == GroupUse::On => Err(StartError::NoGroup(reason)),
        made => Ok(made),
    }
}
