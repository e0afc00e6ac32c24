//! Starts a command, stays with it until it ends, and has its tree sampled meanwhile.
//!
//! Whatever fails in measuring is part of the [`Outcome`]; it never reaches the command.

mod arguments;
mod command;
mod run;
mod signals;

pub use arguments::own_arguments;
pub use command::{Command, StartError};
pub use run::{End, Options, Outcome, Run};
pub use signals::Forwarding;
