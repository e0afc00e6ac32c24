//! Regular expressions for what processes are started with.

use std::ops::Range;

use regex::bytes::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::BadRule;

/// An expression that is matched alone.
#[derive(Debug)]
pub(super) enum Expression {
    /// Only matches the beginning of a text, which needs no expression.
    Beginning(Vec<u8>),
    /// Any other without named groups.
    Plain(Regex),
    /// With named groups, whose captures are kept, which costs several times as much.
    Finding(Regex),
}

impl Expression {
    /// # Errors
    /// Why it is none, in words.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if let Some(beginning) = beginning(text) {
            return Ok(Self::Beginning(beginning.into()));
        }
        let regex = regex(text)?;
        let finds = regex.capture_names().flatten().next().is_some();
        Ok(if finds {
            Self::Finding(regex)
        } else {
            Self::Plain(regex)
        })
    }

    /// The names of its groups.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let finding = match self {
            Self::Finding(regex) => Some(regex),
            Self::Beginning(_) | Self::Plain(_) => None,
        };
        finding.into_iter().flat_map(Regex::capture_names).flatten()
    }

    /// Keeps what its groups with names find. `None` when it does not match.
    pub(super) fn find<'a>(&self, text: &'a [u8], captured: &mut Vec<Captures<'a>>) -> Option<()> {
        let matches = match self {
            Self::Beginning(beginning) => text.starts_with(beginning),
            Self::Plain(regex) => regex.is_match(text),
            Self::Finding(regex) => {
                captured.push(regex.captures(text)?);
                true
            }
        };
        matches.then_some(())
    }
}

/// What an expression that asks for nothing else wants a text to begin with.
fn beginning(expression: &str) -> Option<&str> {
    let is_itself = |char: char| char.is_ascii_alphanumeric() || "_/:-".contains(char);
    expression
        .strip_prefix('^')
        .filter(|rest| rest.chars().all(is_itself))
}

/// Expressions for command lines, with the rules that they are of: they are matched all at once.
#[derive(Default)]
pub(super) struct Lines(Vec<(String, String)>);

impl Lines {
    /// Adds them and returns their positions.
    pub(super) fn add<'a>(
        &mut self,
        named: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Range<usize> {
        let start = self.0.len();
        self.0
            .extend(named.map(|(name, text)| (name.clone(), text.clone())));
        start..self.0.len()
    }

    pub(super) fn ready(&self) -> Result<RegexSet, BadRule> {
        let texts = self.0.iter().map(|(_, text)| text);
        let set = RegexSetBuilder::new(texts).unicode(false).build();
        set.map_err(|error| {
            // The error of a set does not name the expression.
            let mut named = self.0.iter();
            let bad = named.find_map(|(name, text)| Some((name, regex(text).err()?)));
            let (rule, reason) = bad.map_or_else(
                || ("all expressions together".to_owned(), error.to_string()),
                |(name, reason)| (name.clone(), reason),
            );
            BadRule { rule, reason }
        })
    }
}

/// Whether it has named groups, without compiling it, which takes much longer.
pub(super) fn has_names(expression: &str) -> bool {
    expression.contains("(?<") || expression.contains("(?P<")
}

/// Text of processes may be anything but UTF-8.
fn regex(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text).unicode(false).build();
    built.map_err(|error| not_an_expression(text, &error))
}

fn not_an_expression(text: &str, error: &regex::Error) -> String {
    let message = error.to_string();
    let last = message.lines().last().unwrap_or_default();
    let reason = last.strip_prefix("error: ").unwrap_or(last);
    format!("{text:?} is not a regular expression: {reason}")
}

#[cfg(test)]
mod tests {
    use super::{Expression, regex};

    #[test]
    fn an_expression_for_a_beginning_says_what_any_would() {
        let texts = [
            "npm/11.0.0",
            "pnpm/9",
            "npm",
            "",
            "np",
            "xnpm/1",
            "^npm/",
            "n/a",
        ];
        for (expression, is_beginning) in [
            ("^npm/", true),
            ("^", true),
            ("^n/a-b:c_9", true),
            ("^np?m", false),
            ("^npm/$", false),
            ("npm/", false),
            ("^npm|x", false),
            ("^(?<name>np)m", false),
        ] {
            let ready = Expression::new(expression).unwrap();
            assert_eq!(
                matches!(ready, Expression::Beginning(_)),
                is_beginning,
                "{expression}"
            );
            let whole = regex(expression).unwrap();
            for text in texts {
                let found = ready.find(text.as_bytes(), &mut Vec::new()).is_some();
                assert_eq!(
                    found,
                    whole.is_match(text.as_bytes()),
                    "{expression} in {text}"
                );
            }
        }
    }

    #[test]
    fn what_groups_with_names_find_is_kept() {
        let mut captured = Vec::new();
        for expression in ["^a", "(a)", "(?<first>a)"] {
            let ready = Expression::new(expression).unwrap();
            ready.find(b"ab", &mut captured).unwrap();
        }
        assert_eq!(captured.len(), 1);
        assert_eq!(&captured[0]["first"], b"a");
    }
}
