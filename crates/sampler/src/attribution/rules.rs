//! Rules that tell from what a process was started with to which task it belongs.

use std::cell::LazyCell;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use memchr::memchr;
use memtop_proc::Startup;
use regex::bytes::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder, SetMatches};
use thiserror::Error;

use super::slots::Slots;
use super::template::Template;
use super::traits::{Kind, Mark, Part, Traits};

/// Everything that tells tasks, what is around them, and stages.
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
    /// Of several at work, the tasks of the one with the higher level count.
    pub level: u8,
    /// The first that holds tells the task.
    pub tasks: Vec<TaskRule>,
    /// Command lines of processes that only start others.
    pub wrappers: Vec<String>,
    /// Command lines of processes that do the work or start a script that does.
    pub hosts: Vec<String>,
}

/// Tells one kind of task. All that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct TaskRule {
    /// Variables, and what their values must match if anything will not do.
    pub environment: Vec<(String, Option<String>)>,
    /// What the command line must match: the arguments with a space between each.
    pub arguments: Option<String>,
    /// What the working directory must match.
    pub directory: Option<String>,
    /// How the task is called.
    pub name: String,
    /// What is the same in all processes of the task, where the name may not be.
    pub key: Option<String>,
    /// Whether it is there for several tasks.
    pub is_service: bool,
}

/// A rule that cannot be used.
#[derive(Debug, Error)]
#[error("{rule}: {reason}")]
pub struct BadRule {
    /// Which.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// Rules that are ready to be asked.
#[derive(Debug)]
pub struct Rules {
    runners: Vec<ReadyRunner>,
    slots: Slots,
    /// All expressions for command lines together: those of the rules, then of wrappers, of hosts and
    /// of stages.
    lines: RegexSet,
    wrappers: Range<usize>,
    hosts: Range<usize>,
    stages: Range<usize>,
    stage_names: Vec<String>,
}

#[derive(Debug)]
struct ReadyRunner {
    name: String,
    level: u8,
    tasks: Vec<ReadyRule>,
}

#[derive(Debug)]
struct ReadyRule {
    environment: Vec<(usize, Option<Regex>)>,
    /// The place of its expression among all.
    line: Option<usize>,
    /// The same expression, where it has groups to be found.
    groups: Option<Regex>,
    directory: Option<Regex>,
    name: Template,
    key: Option<Template>,
    kind: Kind,
}

impl Rules {
    /// # Errors
    /// When one of them is no rule.
    pub fn new(set: RuleSet) -> Result<Self, BadRule> {
        let mut slots = Slots::default();
        let mut lines = Lines::default();
        let mut runners = Vec::new();
        for runner in &set.runners {
            let mut tasks = Vec::new();
            for rule in &runner.tasks {
                let called = format!("{}: {}", runner.name, rule.name);
                let ready = ReadyRule::new(rule, &called, &mut slots, &mut lines);
                tasks.push(ready.map_err(|reason| BadRule {
                    rule: called,
                    reason,
                })?);
            }
            runners.push(ReadyRunner {
                name: runner.name.clone(),
                level: runner.level,
                tasks,
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

    /// What the runner of this name calls a task, for who knows that by other ways than by what a
    /// process was started with. `None` when there is no such runner.
    pub(crate) fn mark(&self, runner: &str, name: &str) -> Option<Mark> {
        let number = self.runners.iter().position(|one| one.name == runner)?;
        let name: Arc<str> = name.into();
        Some(Mark {
            runner: number,
            level: self.runners[number].level,
            key: Arc::clone(&name),
            name,
            kind: Kind::Task,
        })
    }

    /// What a process that was started like this is. Its working directory is only asked for where
    /// a rule wants to know it that holds in all else.
    #[must_use]
    pub fn look(&self, startup: &Startup, directory: impl FnOnce() -> Option<PathBuf>) -> Traits {
        let values = self.values(&startup.environment);
        let command = command_line(&startup.arguments);
        let directory = LazyCell::new(directory);
        let facts = Facts {
            values,
            slots: &self.slots,
            lines: self.lines.matches(&command),
            command: &command,
            directory: &|| Some(directory.as_deref()?.as_os_str().as_bytes()),
        };
        let mut marks = Vec::new();
        let mut handed_on = Vec::new();
        for (number, runner) in self.runners.iter().enumerate() {
            let mut found = runner.tasks.iter().filter_map(|rule| {
                let (name, key) = rule.holds(&facts)?;
                let name: Arc<str> = name.into();
                Some(Mark {
                    runner: number,
                    level: runner.level,
                    key: key.map_or_else(|| Arc::clone(&name), Into::into),
                    name,
                    kind: rule.kind,
                })
            });
            let mark = found.next();
            if mark.as_ref().is_some_and(|mark| mark.kind == Kind::Service) {
                handed_on.extend(found);
            }
            marks.extend(mark);
        }
        let first = |of: &Range<usize>| of.clone().find(|&line| facts.lines.matched(line));
        let part = if first(&self.wrappers).is_some() {
            Part::Wrapper
        } else if first(&self.hosts).is_some() {
            Part::Host
        } else {
            Part::Payload
        };
        // The command line of a shell names what it is going to start.
        let stage = first(&self.stages).filter(|_| part != Part::Wrapper);
        Traits {
            marks,
            handed_on,
            part,
            stage: stage.map(|line| line - self.stages.start),
        }
    }

    fn values<'a>(&self, environment: &'a [u8]) -> Vec<Option<&'a [u8]>> {
        let mut values = vec![None; self.slots.len()];
        let mut rest = environment;
        while !rest.is_empty() {
            let end = memchr(0, rest).unwrap_or(rest.len());
            let entry = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            let Some(name) = memchr(b'=', entry) else {
                continue;
            };
            if let Some(slot) = self.slots.get(&entry[..name]) {
                // Of two of one name the first counts, as with getenv.
                values[slot].get_or_insert(&entry[name + 1..]);
            }
        }
        values
    }
}

struct Facts<'a> {
    values: Vec<Option<&'a [u8]>>,
    slots: &'a Slots,
    lines: SetMatches,
    command: &'a [u8],
    directory: &'a dyn Fn() -> Option<&'a [u8]>,
}

impl ReadyRule {
    fn new(
        rule: &TaskRule,
        called: &String,
        slots: &mut Slots,
        lines: &mut Lines,
    ) -> Result<Self, String> {
        let mut environment = Vec::new();
        for (name, value) in &rule.environment {
            environment.push((slots.add(name), optional(value.as_deref())?));
        }
        let ready = Self {
            environment,
            line: rule
                .arguments
                .as_ref()
                .map(|text| lines.add([(called, text)].into_iter()).start),
            groups: optional(rule.arguments.as_deref().filter(|text| has_groups(text)))?,
            directory: optional(rule.directory.as_deref())?,
            name: Template::parse(&rule.name)?,
            key: rule.key.as_deref().map(Template::parse).transpose()?,
            kind: if rule.is_service {
                Kind::Service
            } else {
                Kind::Task
            },
        };
        if ready.environment.is_empty() && ready.line.is_none() && ready.directory.is_none() {
            return Err("it says nothing of the processes that it is for".to_owned());
        }
        let groups: Vec<&str> = ready
            .expressions()
            .flat_map(Regex::capture_names)
            .flatten()
            .collect();
        let keys = ready.key.iter().flat_map(Template::gaps);
        for gap in ready.name.gaps().into_iter().chain(keys) {
            if !groups.contains(&gap) {
                slots.add(gap);
            }
        }
        Ok(ready)
    }

    fn expressions(&self) -> impl Iterator<Item = &Regex> {
        let values = self
            .environment
            .iter()
            .filter_map(|(_, value)| value.as_ref());
        values.chain(&self.groups).chain(&self.directory)
    }

    /// The name of the task and its key, if it is one of these.
    fn holds(&self, facts: &Facts<'_>) -> Option<(String, Option<String>)> {
        if !self.line.is_none_or(|line| facts.lines.matched(line)) {
            return None;
        }
        let mut captured: Vec<Captures<'_>> = Vec::new();
        for (slot, expression) in &self.environment {
            let value = facts.values[*slot].filter(|value| !value.is_empty())?;
            if let Some(expression) = expression {
                find(expression, value, &mut captured)?;
            }
        }
        if let Some(expression) = &self.groups {
            find(expression, facts.command, &mut captured)?;
        }
        if let Some(expression) = &self.directory {
            find(expression, (facts.directory)()?, &mut captured)?;
        }
        let value = |gap: &str| {
            let group = captured.iter().find_map(|captures| captures.name(gap));
            let value = group.map(|group| group.as_bytes()).or_else(|| {
                let slot = facts.slots.get(gap.as_bytes())?;
                facts.values[slot]
            })?;
            Some(String::from_utf8_lossy(value).into_owned())
        };
        let key = self.key.as_ref().map(|key| key.fill(value));
        Some((self.name.fill(value)?, key.flatten()))
    }
}

/// Keeps what the groups of an expression find, which costs several times as much as to ask
/// whether it matches. `None` when it does not.
fn find<'a>(expression: &Regex, text: &'a [u8], captured: &mut Vec<Captures<'a>>) -> Option<()> {
    let has_groups = expression.captures_len() > 1;
    if has_groups {
        captured.push(expression.captures(text)?);
    } else if !expression.is_match(text) {
        return None;
    }
    Some(())
}

/// The arguments with a space between each.
fn command_line(arguments: &[u8]) -> Vec<u8> {
    let arguments = arguments.strip_suffix(b"\0").unwrap_or(arguments);
    let spaced = arguments
        .iter()
        .map(|&byte| if byte == 0 { b' ' } else { byte });
    spaced.collect()
}

fn optional(text: Option<&str>) -> Result<Option<Regex>, String> {
    text.map(expression).transpose()
}

/// Text of processes may be anything but UTF-8.
fn expression(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text).unicode(false).build();
    built.map_err(|error| not_an_expression(text, &error))
}

/// Expressions for command lines, with the rules that they are of.
#[derive(Default)]
struct Lines(Vec<(String, String)>);

impl Lines {
    /// Takes them in and tells their places.
    fn add<'a>(&mut self, named: impl Iterator<Item = (&'a String, &'a String)>) -> Range<usize> {
        let start = self.0.len();
        self.0
            .extend(named.map(|(name, text)| (name.clone(), text.clone())));
        start..self.0.len()
    }

    fn ready(&self) -> Result<RegexSet, BadRule> {
        let texts = self.0.iter().map(|(_, text)| text);
        let set = RegexSetBuilder::new(texts).unicode(false).build();
        set.map_err(|error| {
            // The error of a set does not say of which it is.
            let mut named = self.0.iter();
            let bad = named.find_map(|(name, text)| Some((name, expression(text).err()?)));
            let (rule, reason) = bad.map_or_else(
                || ("all expressions together".to_owned(), error.to_string()),
                |(name, reason)| (name.clone(), reason),
            );
            BadRule { rule, reason }
        })
    }
}

/// Whether somebody may want to know what a part of it has matched.
fn has_groups(expression: &str) -> bool {
    expression.contains("(?<") || expression.contains("(?P<")
}

fn not_an_expression(text: &str, error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    let reason = last.strip_prefix("error: ").unwrap_or(last);
    format!("{text:?} is not a regular expression: {reason}")
}

/// Rules that several threads ask.
pub type SharedRules = Arc<Rules>;
