//! Ending a process and all its descendants, and what any ending takes from a platform.

use std::time::Duration;

use crate::descent::{ParentLink, lineage};
use crate::{Error, KillOptions, KillOutcome, ProcessId};

#[allow(dead_code, reason = "not every platform ends runs")]
mod ladder;

pub(crate) use ladder::Ladder;
#[allow(unused_imports, reason = "not every platform ends runs")]
pub(crate) use ladder::PATIENCE;

/// What a process is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// To end as it sees fit.
    End,
    /// To do nothing any more. Where there is no such thing, nothing happens.
    Freeze,
    /// To be gone.
    Kill,
}

/// Why a process cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It belongs to another user.
    Denied,
    /// This process may open no further file for now.
    NoDescriptor,
    /// Something else, in words.
    Other(String),
}

impl Refusal {
    fn in_words(&self) -> String {
        match self {
            Self::Denied => "it belongs to another user".to_owned(),
            Self::NoDescriptor => "this process has too many files open to reach it".to_owned(),
            Self::Other(reason) => reason.clone(),
        }
    }
}

/// What ending processes takes from a platform.
pub(crate) trait Power {
    /// What stands for a process so that no order reaches another with its pid.
    type Hold;

    /// Every process that is there now.
    fn table(&self) -> Result<Vec<ParentLink>, Error>;

    /// `None` when it is gone or its pid belongs to another.
    fn hold(&self, id: ProcessId) -> Result<Option<Self::Hold>, Refusal>;

    /// Whether orders may be sent to it. Does nothing to it.
    fn may_end(&self, hold: &Self::Hold) -> Result<(), Refusal>;

    /// Sends an order. One that is gone already is no failure.
    fn send(&self, hold: &Self::Hold, order: Order) -> Result<(), Refusal>;

    /// Waits until all of them have ended or the time is over, and tells of each whether it has.
    fn wait(&self, holds: &[&Self::Hold], at_most: Duration) -> Vec<bool>;
}

pub(crate) fn end_tree<P: Power>(
    power: &P,
    pid: u32,
    options: &KillOptions,
) -> Result<KillOutcome, Error> {
    let table = power.table()?;
    let meant = table
        .iter()
        .map(|kin| kin.id)
        .find(|id| id.pid == pid && options.started.is_none_or(|started| started == id.started))
        .ok_or(Error::ProcessNotFound { pid })?;
    let own = lineage(&table, std::process::id());
    refuse_to_end_own(&own, pid)?;
    let hold = power
        .hold(meant)
        .map_err(|refusal| told(pid, refusal))?
        .ok_or(Error::ProcessNotFound { pid })?;
    power.may_end(&hold).map_err(|refusal| told(pid, refusal))?;

    let mut ladder = Ladder::of_tree(power, own, meant, hold);
    if !options.force {
        ladder.ask(options.grace, &|| false)?;
    }
    ladder.make()?;
    let killed = ladder.ended();
    let failed = ladder.failures();
    match failed.iter().find(|failure| failure.pid == pid) {
        None => Ok(KillOutcome { killed, failed }),
        Some(root) => {
            let others = match killed {
                0 => String::new(),
                1 => "; one of its descendants has ended".to_owned(),
                many => format!("; {many} of its descendants have ended"),
            };
            Err(Error::kill_failed(pid, format!("{}{others}", root.reason)))
        }
    }
}

/// What must stay, whoever asks for it.
pub(crate) fn refuse_to_end_own(own: &[u32], pid: u32) -> Result<(), Error> {
    let reason = if pid == 1 {
        "it is the first process, and all others depend on it"
    } else if own.first() == Some(&pid) {
        "it is this very process"
    } else if own.contains(&pid) {
        "this process descends from it and would end with it"
    } else {
        return Ok(());
    };
    Err(Error::kill_failed(pid, reason))
}

fn told(pid: u32, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Denied => Error::PermissionDenied { pid },
        refusal => Error::kill_failed(pid, refusal.in_words()),
    }
}

#[cfg(test)]
mod tests;
