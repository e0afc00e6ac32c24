//! Which task each process works for, by what it was started with.
//!
//! Rules turn what a process was started with into [`Traits`]. What is new in them, compared with
//! its parent's, puts it into another task; else it is in the task that it comes from.

mod expressions;
mod fnv;
mod found;
mod found_tasks;
mod placing;
mod ready_rule;
mod rules;
mod slots;
mod stages;
mod state;
mod template;
mod traits;

pub use found::{FoundTaskInfo, FoundTaskRecord, FoundTaskState};
pub use rules::{BadRule, RuleSet, Rules, Runner, SharedRules, TaskRule};
pub use stages::{StageRecord, StageSummary};
pub(crate) use state::Attribution;
pub use traits::{Kind, Traits};
