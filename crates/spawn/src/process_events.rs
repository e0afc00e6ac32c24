//! What reports the starts and ends of processes.

use memtop_proc::native::{CAP_SYS_PTRACE, ProcRoot, has_effective, has_no_new_privileges};
use memtop_sampler::SharedSampler;
use memtop_trace::{KernelEvents, KernelEventsHold};

use crate::TraceUse;
use crate::outcome::{FollowedBy, Tracking};

/// Where the events of processes come from.
#[derive(Debug)]
pub(crate) enum ProcessEvents {
    /// The kernel sends them.
    Kernel(KernelEvents),
    /// Each command is traced. Whether it must not start untraced, and why the kernel sends none.
    Ptrace {
        is_required: bool,
        because: Option<String>,
    },
    /// There are none, for a reason.
    None(String),
}

impl ProcessEvents {
    /// # Errors
    /// Why it cannot be what is wanted, in words.
    pub(crate) fn choose(
        wanted: TraceUse,
        sampler: Option<&SharedSampler>,
    ) -> Result<Self, String> {
        let by_kernel = || {
            let sampler = sampler.ok_or("nothing is sampled")?;
            KernelEvents::start(sampler)
        };
        match wanted {
            TraceUse::Off => Ok(Self::None("process events were not asked for".to_owned())),
            TraceUse::Kernel => by_kernel().map(Self::Kernel),
            TraceUse::Ptrace => Ok(Self::Ptrace {
                is_required: true,
                because: None,
            }),
            TraceUse::Auto => Ok(by_kernel().map_or_else(Self::without_kernel, Self::Kernel)),
        }
    }

    /// For trees that other programs have started, which are not traced unless that is asked for.
    ///
    /// # Errors
    /// Why it cannot be what is wanted, in words.
    pub(crate) fn for_running_trees(
        wanted: TraceUse,
        sampler: &SharedSampler,
    ) -> Result<Self, String> {
        match wanted {
            TraceUse::Auto => {
                Ok(KernelEvents::start(sampler).map_or_else(Self::None, Self::Kernel))
            }
            TraceUse::Kernel | TraceUse::Ptrace | TraceUse::Off => {
                Self::choose(wanted, Some(sampler))
            }
        }
    }

    /// The next best, where the kernel sends no events.
    fn without_kernel(reason: String) -> Self {
        match why_ptrace_does_harm() {
            None => Self::Ptrace {
                is_required: false,
                because: Some(reason),
            },
            Some(harm) => Self::None(format!("{reason}, and {harm}")),
        }
    }

    /// Where events come for all processes of a session, also for those of no command.
    pub(crate) fn kernel(&self) -> Option<&KernelEvents> {
        match self {
            Self::Kernel(events) => Some(events),
            Self::Ptrace { .. } | Self::None(_) => None,
        }
    }

    pub(crate) fn is_ptrace(&self) -> bool {
        matches!(self, Self::Ptrace { .. })
    }

    /// Whether a command has to wait before its exec until its process is followed.
    pub(crate) fn need_a_gate(&self) -> bool {
        !matches!(self, Self::None(_))
    }

    /// Follows a command that has not called exec yet. Its events are held back until what is
    /// returned is dropped.
    pub(crate) fn follow(&self, pid: u32) -> Option<KernelEventsHold<'_>> {
        self.kernel().map(|events| events.follow(pid))
    }

    /// How processes are followed, in the record.
    pub(crate) fn tracking(&self) -> Tracking {
        match self {
            Self::Kernel(events) => Tracking {
                because: events.without_high_water().map(ToOwned::to_owned),
                losses: events.losses(),
                ..Tracking::by(match events.without_high_water() {
                    None => FollowedBy::Kernel,
                    Some(_) => FollowedBy::Connector,
                })
            },
            Self::Ptrace { because, .. } => Tracking {
                because: because.clone(),
                ..Tracking::by(FollowedBy::Ptrace)
            },
            Self::None(reason) => Tracking::by_scans(reason.clone()),
        }
    }

    /// The same for a command that was to be traced and cannot be.
    pub(crate) fn tracking_untraced(&self, refusal: &str) -> Tracking {
        let because = self.tracking().because.map(|because| because + ", and ");
        Tracking::by_scans(because.unwrap_or_default() + refusal)
    }
}

/// What tracing would take from programs that gain rights at their exec; `None` if nothing.
fn why_ptrace_does_harm() -> Option<&'static str> {
    let is_harmless = ProcRoot::system().is_ok_and(|proc| {
        has_effective(&proc, CAP_SYS_PTRACE) == Some(true) || has_no_new_privileges(&proc)
    });
    (!is_harmless).then_some(
        "without CAP_SYS_PTRACE, tracing would take privileges from programs such as sudo",
    )
}
