//! Signals that are meant for the command and reach this process. Where several commands run at the
//! same time, they are meant for all of them.
//!
//! What the terminal sends (`^C`, a resize, a hang-up) goes to the whole foreground group, the
//! command included, and must not arrive there twice. What another process sends goes to this
//! process alone and is forwarded. The kernel tells the two apart in `si_code`.
//!
//! A command on a terminal of its own is not in that group: to it everything is forwarded.

mod attached_terminal;
mod commands;
pub(crate) mod disposition;
mod early;
mod forwarding;
mod handler;
mod interrupts;
pub(crate) mod job;
mod stop;
mod window_size;

pub(crate) use attached_terminal::AttachedTerminal;
pub use forwarding::Forwarding;
pub(crate) use stop::stop_this_job;
pub(crate) use window_size::{WindowSize, follow_now as follow_window_size};
