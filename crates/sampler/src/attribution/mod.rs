//! Which task each process works for, by what it was started with.
//!
//! Rules turn what a process was started with into [`Traits`]. What is new in them, compared with
//! its parent's, puts it into another task; else it is in the task that it comes from.

mod expressions;
mod fnv;
mod ready_rule;
mod rules;
mod slots;
pub(crate) mod stages;
mod template;
pub(crate) mod traits;

pub use rules::{BadRule, RuleSet, Rules, Runner, SharedRules, TaskRule};
pub use stages::{StageRecord, StageSummary};
pub use traits::{Kind, Traits};
