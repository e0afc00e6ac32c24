//! Starts a command, stays with it until it ends, and has its tree sampled meanwhile. Or watches a
//! tree that somebody else started.
//!
//! Whatever fails in measuring is part of the [`Outcome`]; it never reaches the command.

mod arguments;
mod command;
mod group;
mod inherited;
mod run;
mod signals;
mod wait;
mod watch;

pub use arguments::own_arguments;
pub use command::{Command, StartError};
pub use group::{GroupRecord, GroupUse};
pub use run::{Options, Outcome, Run};
pub use signals::Forwarding;
pub use wait::End;
pub use watch::{Watch, Watched};
