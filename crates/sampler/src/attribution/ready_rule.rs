//! A compiled rule for one kind of task.

use std::borrow::Cow;

use regex::bytes::{Captures, SetMatches};

use super::TaskRule;
use super::expressions::{Expression, Lines, has_names};
use super::slots::{Slots, Values, bit_of};
use super::template::Template;
use super::traits::Kind;

/// What a process was started with.
pub(super) struct StartupFacts<'a> {
    pub(super) variables: Values<'a>,
    pub(super) slots: &'a Slots,
    /// Which expressions for command lines match.
    pub(super) lines: SetMatches,
    pub(super) command: &'a [u8],
    pub(super) directory: &'a dyn Fn() -> Option<&'a [u8]>,
}

/// Rules out most rules at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precondition {
    /// A bit for each variable that must be there.
    variables: u64,
    line: Option<usize>,
}

impl Precondition {
    pub(super) fn allows(self, facts: &StartupFacts<'_>) -> bool {
        self.variables & !facts.variables.present() == 0
            && self.line.is_none_or(|line| facts.lines.matched(line))
    }
}

#[derive(Debug)]
pub(super) struct ReadyRule {
    runner: usize,
    environment: Vec<(usize, Option<Expression>)>,
    /// The position of its expression among all.
    line: Option<usize>,
    /// The same expression, where it has named groups.
    groups: Option<Expression>,
    directory: Option<Expression>,
    name: Template,
    key: Option<Template>,
    kind: Kind,
}

impl ReadyRule {
    pub(super) fn new(
        rule: &TaskRule,
        runner: usize,
        called: &String,
        slots: &mut Slots,
        lines: &mut Lines,
    ) -> Result<Self, String> {
        let mut environment = Vec::new();
        for (name, value) in &rule.environment {
            let expression = value.as_deref().map(Expression::new).transpose()?;
            environment.push((slots.add(name), expression));
        }
        let line = rule.arguments.as_ref();
        let groups = rule.arguments.as_deref().filter(|text| has_names(text));
        let directory = rule.directory.as_deref().map(Expression::new).transpose()?;
        let ready = Self {
            runner,
            environment,
            line: line.map(|text| lines.add([(called, text)].into_iter()).start),
            groups: groups.map(Expression::new).transpose()?,
            directory,
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
        let groups: Vec<&str> = ready.expressions().flat_map(Expression::names).collect();
        let keys = ready.key.iter().flat_map(Template::gaps);
        for gap in ready.name.gaps().into_iter().chain(keys) {
            if !groups.contains(&gap) {
                slots.add(gap);
            }
        }
        Ok(ready)
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let values = self
            .environment
            .iter()
            .filter_map(|(_, value)| value.as_ref());
        values.chain(&self.groups).chain(&self.directory)
    }

    pub(super) fn precondition(&self) -> Precondition {
        let slots = self.environment.iter().map(|(slot, _)| *slot);
        Precondition {
            variables: slots.fold(0, |bits, slot| bits | bit_of(slot)),
            line: self.line,
        }
    }

    pub(super) fn runner(&self) -> usize {
        self.runner
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The name of the task and its key, if the rule matches; for a rule whose precondition
    /// holds.
    pub(super) fn holds(&self, facts: &StartupFacts<'_>) -> Option<(String, Option<String>)> {
        let mut captured: Vec<Captures<'_>> = Vec::new();
        for (slot, expression) in &self.environment {
            let value = facts
                .variables
                .get(*slot)
                .filter(|value| !value.is_empty())?;
            if let Some(expression) = expression {
                expression.find(value, &mut captured)?;
            }
        }
        if let Some(expression) = &self.groups {
            expression.find(facts.command, &mut captured)?;
        }
        if let Some(expression) = &self.directory {
            expression.find((facts.directory)()?, &mut captured)?;
        }
        let value = |gap: &str| -> Option<Cow<'_, str>> {
            let group = captured.iter().find_map(|captures| captures.name(gap));
            let value = group.map(|group| group.as_bytes()).or_else(|| {
                let slot = facts.slots.get(gap.as_bytes())?;
                facts.variables.get(slot)
            })?;
            Some(String::from_utf8_lossy(value))
        };
        let key = self.key.as_ref().map(|key| key.fill(value));
        Some((self.name.fill(value)?, key.flatten()))
    }
}
