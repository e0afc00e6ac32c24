//! Whether a command is traced.

use memtop_proc::native::{CAP_SYS_PTRACE, ProcRoot, has_effective};

use crate::TraceUse;

/// Whether a command is traced.
#[derive(Debug)]
pub(crate) enum Tracing {
    /// It is not, for a reason.
    No(String),
    /// If it can be.
    Wanted,
    /// Without it the command does not start.
    Required,
}

impl Tracing {
    pub(crate) fn of(wanted: TraceUse) -> Self {
        match wanted {
            TraceUse::Off => Self::No("it was not asked for".to_owned()),
            TraceUse::On => Self::Required,
            TraceUse::Auto => {
                let is_harmless = ProcRoot::system()
                    .is_ok_and(|proc| has_effective(&proc, CAP_SYS_PTRACE) == Some(true));
                if is_harmless {
                    Self::Wanted
                } else {
                    Self::No(
                        "without CAP_SYS_PTRACE it would take privileges from programs such as sudo"
                            .to_owned(),
                    )
                }
            }
        }
    }
}
