//! Converts the rules that assign processes to tasks from JavaScript values.

use std::sync::Arc;

use memtop_sampler::{RuleSet, Rules, Runner, SharedRules, TaskRule};
use napi_derive::napi;

use crate::error::{Code, Result};

/// The rules for tasks and stages.
#[napi(object, object_to_js = false)]
pub struct RulesOption {
    pub runners: Vec<RunnerOption>,
    /// In order of precedence.
    pub stages: Vec<StageOption>,
}

/// A task runner.
#[napi(object, object_to_js = false)]
pub struct RunnerOption {
    pub name: String,
    /// If several runners are active, the tasks of the one with the highest level count.
    pub level: u8,
    pub tasks: Vec<TaskRuleOption>,
    pub wrappers: Vec<String>,
    pub hosts: Vec<String>,
}

/// A kind of task.
#[napi(object, object_to_js = false)]
pub struct TaskRuleOption {
    pub env: Vec<VariableOption>,
    pub argv: Option<String>,
    pub cwd: Option<String>,
    pub task: String,
    pub key: Option<String>,
    pub is_service: bool,
}

/// An environment variable, and the pattern of its value.
#[napi(object, object_to_js = false)]
pub struct VariableOption {
    pub name: String,
    pub value: Option<String>,
}

/// A stage, and the pattern of the command lines of its processes.
#[napi(object, object_to_js = false)]
pub struct StageOption {
    pub name: String,
    pub argv: String,
}

/// # Errors
/// If a rule is invalid.
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
