//! Rules that find the task of a process by what it was started with.

use std::cell::LazyCell;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use memtop_proc::Startup;
use regex::bytes::RegexSet;
use thiserror::Error;

use super::expressions::Lines;
use super::ready_rule::{Precondition, ReadyRule, StartupFacts};
use super::slots::Slots;
use super::traits::{Kind, Role, TaskMark, Traits};

/// All rules: for tasks, for wrappers and hosts, and for stages.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// The task runners.
    pub runners: Vec<Runner>,
    /// In the order of their precedence: names, and expressions for a process's own command line.
    pub stages: Vec<(String, String)>,
}

/// What is known of one task runner.
#[derive(Clone, Debug, Default)]
pub struct Runner {
    /// Its name.
    pub name: String,
    /// With several runners at work, the tasks of the one with the higher level count.
    pub level: u8,
    /// The first that matches names the task.
    pub tasks: Vec<TaskRule>,
    /// Command lines of processes that only start others.
    pub wrappers: Vec<String>,
    /// Command lines of processes that do the work or start a script that does.
    pub hosts: Vec<String>,
}

/// Matches one kind of task. All that is given must match.
#[derive(Clone, Debug, Default)]
pub struct TaskRule {
    /// Variables, and what their values must match, if not anything.
    pub environment: Vec<(String, Option<String>)>,
    /// What the command line must match: the arguments with a space between each.
    pub arguments: Option<String>,
    /// What the working directory must match.
    pub directory: Option<String>,
    /// A template for the name of the task.
    pub name: String,
    /// A template for what is the same in all processes of the task, where the name may not be.
    pub key: Option<String>,
    /// Whether it works for several tasks.
    pub is_service: bool,
}

/// A rule that cannot be used.
#[derive(Debug, Error)]
#[error("{rule}: {reason}")]
pub struct BadRule {
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// Compiled rules.
#[derive(Debug)]
pub struct Rules {
    runners: Vec<RunnerOfTasks>,
    /// Those of one runner one after the other, in the order of its rules.
    tasks: Vec<ReadyRule>,
    /// Of each of them, close together: nearly all are shut for nearly every process.
    preconditions: Vec<Precondition>,
    slots: Slots,
    /// All expressions for command lines together: those of the rules, then of wrappers, of hosts
    /// and of stages.
    lines: RegexSet,
    wrappers: Range<usize>,
    hosts: Range<usize>,
    stages: Range<usize>,
    stage_names: Vec<String>,
}

#[derive(Debug)]
struct RunnerOfTasks {
    name: String,
    level: u8,
}

impl Rules {
    /// # Errors
    /// When one of them is no rule.
    pub fn new(set: RuleSet) -> Result<Self, BadRule> {
        let mut slots = Slots::default();
        let mut lines = Lines::default();
        let mut runners = Vec::new();
        let mut tasks = Vec::new();
        for (number, runner) in set.runners.iter().enumerate() {
            for rule in &runner.tasks {
                let called = format!("{}: {}", runner.name, rule.name);
                let ready = ReadyRule::new(rule, number, &called, &mut slots, &mut lines);
                tasks.push(ready.map_err(|reason| BadRule {
                    rule: called,
                    reason,
                })?);
            }
            runners.push(RunnerOfTasks {
                name: runner.name.clone(),
                level: runner.level,
            });
        }
        let mut of_all = |of: fn(&Runner) -> &[String]| {
            let owned = set.runners.iter();
            let named = owned.flat_map(|runner| of(runner).iter().map(|text| (&runner.name, text)));
            lines.add(named)
        };
        let wrappers = of_all(|runner| &runner.wrappers);
        let hosts = of_all(|runner| &runner.hosts);
        let stages = lines.add(set.stages.iter().map(|(name, text)| (name, text)));
        Ok(Self {
            runners,
            preconditions: tasks.iter().map(ReadyRule::precondition).collect(),
            tasks,
            slots,
            lines: lines.ready()?,
            wrappers,
            hosts,
            stages,
            stage_names: set.stages.into_iter().map(|(name, _)| name).collect(),
        })
    }

    /// The stages in the order of their precedence.
    #[must_use]
    pub fn stage_names(&self) -> &[String] {
        &self.stage_names
    }

    /// The name of the runner with this number.
    #[must_use]
    pub fn runner_name(&self, runner: usize) -> &str {
        &self.runners[runner].name
    }

    /// The mark for a task of a runner that is given by name. `None` when there is no such runner.
    pub(crate) fn mark(&self, runner: &str, name: &str) -> Option<TaskMark> {
        let runner = self.runners.iter().position(|one| one.name == runner)?;
        Some(self.mark_of(runner, name.into(), None, Kind::Task))
    }

    fn mark_of(&self, runner: usize, name: String, key: Option<String>, kind: Kind) -> TaskMark {
        let name: Arc<str> = name.into();
        TaskMark {
            runner,
            level: self.runners[runner].level,
            key: key.map_or_else(|| Arc::clone(&name), Into::into),
            name,
            kind,
        }
    }

    /// The traits of a process that was started like this. Its working directory is only read where
    /// all else of a rule matches.
    #[must_use]
    pub fn look(
        &self,
        startup: &Startup<'_>,
        directory: impl FnOnce() -> Option<PathBuf>,
    ) -> Traits {
        let command = command_line(&startup.arguments);
        let directory = LazyCell::new(directory);
        let facts = StartupFacts {
            variables: self.slots.values(&startup.environment),
            slots: &self.slots,
            lines: self.lines.matches(&command),
            command: &command,
            directory: &|| Some(directory.as_deref()?.as_os_str().as_encoded_bytes()),
        };
        let mut marks: Vec<TaskMark> = Vec::new();
        let mut handed_on = Vec::new();
        for (rule, precondition) in self.tasks.iter().zip(&self.preconditions) {
            if !precondition.allows(&facts) {
                continue;
            }
            let last = marks.last().filter(|mark| mark.runner == rule.runner());
            let first_of_runner = last.map(|mark| mark.kind);
            if first_of_runner == Some(Kind::Task) {
                continue;
            }
            let Some((name, key)) = rule.holds(&facts) else {
                continue;
            };
            let mark = self.mark_of(rule.runner(), name, key, rule.kind());
            if first_of_runner == Some(Kind::Service) {
                handed_on.push(mark);
            } else {
                marks.push(mark);
            }
        }
        let first = |of: &Range<usize>| of.clone().find(|&line| facts.lines.matched(line));
        let role = if first(&self.wrappers).is_some() {
            Role::Wrapper
        } else if first(&self.hosts).is_some() {
            Role::Host
        } else {
            Role::Payload
        };
        // The command line of a shell names what it is going to start.
        let stage = first(&self.stages).filter(|_| role != Role::Wrapper);
        Traits {
            marks,
            handed_on,
            role,
            stage: stage.map(|line| line - self.stages.start),
        }
    }
}

/// The arguments with a space between each.
fn command_line(arguments: &[u8]) -> Vec<u8> {
    let arguments = arguments.strip_suffix(b"\0").unwrap_or(arguments);
    let spaced = arguments
        .iter()
        .map(|&byte| if byte == 0 { b' ' } else { byte });
    spaced.collect()
}

/// Rules that several threads use.
pub type SharedRules = Arc<Rules>;
