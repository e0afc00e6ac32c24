//! Carries the command's output to its destinations.

pub(crate) mod command_end;
pub(crate) mod drain;
pub(crate) mod listener;
pub(crate) mod pipes;
pub(crate) mod pump;
pub(crate) mod sink;
pub(crate) mod standard_stream;
pub(crate) mod survivor_output;
pub(crate) mod thread;
