//! Rules that tell tasks apart, from plain JavaScript values.

use std::sync::Arc;

use memtop_sampler::{RuleSet, Rules, Runner, SharedRules, TaskRule};
use napi_derive::napi;

use crate::error::{Code, Result};

/// Everything that tells tasks and stages.
#[napi(object, object_to_js = false)]
pub struct RulesOption {
    pub runners: Vec<RunnerOption>,
    /// In the order of their precedence.
    pub stages: Vec<StageOption>,
}

/// One task runner.
#[napi(object, object_to_js = false)]
pub struct RunnerOption {
    pub name: String,
    /// Of several at work, the tasks of the one with the higher level count.
    pub level: u8,
    pub tasks: Vec<TaskRuleOption>,
    pub wrappers: Vec<String>,
    pub hosts: Vec<String>,
}

/// One kind of task.
#[napi(object, object_to_js = false)]
pub struct TaskRuleOption {
    pub env: Vec<VariableOption>,
    pub argv: Option<String>,
    pub cwd: Option<String>,
    pub task: String,
    pub key: Option<String>,
    pub is_service: bool,
}

/// A variable, and what its value must match.
#[napi(object, object_to_js = false)]
pub struct VariableOption {
    pub name: String,
    pub value: Option<String>,
}

/// A stage, and what the command lines of its processes match.
#[napi(object, object_to_js = false)]
pub struct StageOption {
    pub name: String,
    pub argv: String,
}

/// # Errors
/// When one of them is no rule.
pub(crate) fn rules(option: Option<RulesOption>) -> Result<Option<SharedRules>> {
    let Some(RulesOption { runners, stages }) = option else {
        return Ok(None);
    };
    let set = RuleSet {
        runners: runners.into_iter().map(Into::into).collect(),
        stages: stages
            .into_iter()
            .map(|stage| (stage.name, stage.argv))
            .collect(),
    };
    let rules = Rules::new(set).map_err(|error| Code::InvalidOption.error(error.to_string()))?;
    Ok(Some(Arc::new(rules)))
}

impl From<RunnerOption> for Runner {
    fn from(runner: RunnerOption) -> Self {
        Self {
            name: runner.name,
            level: runner.level,
            tasks: runner.tasks.into_iter().map(Into::into).collect(),
            wrappers: runner.wrappers,
            hosts: runner.hosts,
        }
    }
}

impl From<TaskRuleOption> for TaskRule {
    fn from(rule: TaskRuleOption) -> Self {
        let environment = rule.env.into_iter();
        Self {
            environment: environment
                .map(|variable| (variable.name, variable.value))
                .collect(),
            arguments: rule.argv,
            directory: rule.cwd,
            name: rule.task,
            key: rule.key,
            is_service: rule.is_service,
        }
    }
}
