//! Errors as thrown in JavaScript: a message and a code.

use std::fmt::Display;

use memtop_proc::Error as ProcError;
use memtop_sampler::StartError as SamplerError;
use memtop_spawn::{StartError as SpawnError, TrackError};

/// The `code` of a thrown error.
#[derive(Clone, Copy, Debug)]
pub enum Code {
    CommandNotFound,
    CommandNotExecutable,
    InvalidOption,
    KillFailed,
    ProcessNotFound,
    PermissionDenied,
    StoreClosed,
    System,
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        match self {
            Self::CommandNotFound => "CommandNotFound",
            Self::CommandNotExecutable => "CommandNotExecutable",
            Self::InvalidOption => "InvalidOption",
            Self::KillFailed => "KillFailed",
            Self::ProcessNotFound => "ProcessNotFound",
            Self::PermissionDenied => "PermissionDenied",
            Self::StoreClosed => "StoreClosed",
            Self::System => "SystemError",
        }
    }
}

/// A result whose error carries a [`Code`].
pub type Result<T> = napi::Result<T, Code>;

impl Code {
    pub(crate) fn error(self, message: impl Display) -> napi::Error<Self> {
        napi::Error::new(self, message.to_string())
    }
}

pub(crate) fn of_proc(error: &ProcError) -> napi::Error<Code> {
    let code = match error {
        ProcError::ProcessNotFound { .. } => Code::ProcessNotFound,
        ProcError::KillFailed { .. } => Code::KillFailed,
        error if error.is_denied() => Code::PermissionDenied,
        _ => Code::System,
    };
    code.error(error)
}

pub(crate) fn of_spawn(error: &SpawnError) -> napi::Error<Code> {
    let code = match error {
        SpawnError::NotFound { .. } => Code::CommandNotFound,
        SpawnError::NotExecutable { .. } => Code::CommandNotExecutable,
        SpawnError::Invalid(_) => Code::InvalidOption,
        SpawnError::System(_) | SpawnError::NoGroup(_) | SpawnError::NoTracing(_) => Code::System,
    };
    code.error(error)
}

pub(crate) fn of_tracker(error: &TrackError) -> napi::Error<Code> {
    match error {
        TrackError::Sampling(error) => of_sampler(error),
        TrackError::NoEvents(_) => Code::System.error(error),
    }
}

pub(crate) fn of_sampler(error: &SamplerError) -> napi::Error<Code> {
    let code = match error {
        SamplerError::NoSuchProcess(_) => Code::ProcessNotFound,
        SamplerError::Observer(error) if error.is_denied() => Code::PermissionDenied,
        SamplerError::Observer(_) | SamplerError::NoThread(_) | SamplerError::ThreadEnded => {
            Code::System
        }
    };
    code.error(error)
}
