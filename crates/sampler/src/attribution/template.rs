//! The name of a task: text with `{NAMES}` in it, and parts in `[]` that may be left out.

use std::borrow::Cow;
use std::hash::Hasher;

use super::fnv::Fnv;

/// Longer names are cut; a hash of the rest still distinguishes them.
const LONGEST: usize = 256;

/// A name with gaps to fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Gap(String),
    Optional(Vec<Part>),
}

impl Template {
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let parts = parts(&mut rest, false)?;
        if parts.is_empty() {
            return Err("the task has no name".to_owned());
        }
        Ok(Self(parts))
    }

    pub(super) fn gaps(&self) -> Vec<&str> {
        fn collect<'a>(parts: &'a [Part], gaps: &mut Vec<&'a str>) {
            for part in parts {
                match part {
                    Part::Text(_) => {}
                    Part::Gap(name) => gaps.push(name),
                    Part::Optional(parts) => collect(parts, gaps),
                }
            }
        }
        let mut gaps = Vec::new();
        collect(&self.0, &mut gaps);
        gaps
    }

    /// `None` when something that it needs is missing or empty.
    pub(super) fn fill<'a>(&self, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> Option<String> {
        let name = fill(&self.0, &value)?;
        (!name.is_empty()).then(|| shortened(name))
    }
}

fn parts(rest: &mut &str, is_inside: bool) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    while let Some(place) = rest.find(['{', '}', '[', ']']) {
        let (before, found) = rest.split_at(place);
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        *rest = &found[1..];
        match found.as_bytes()[0] {
            b'{' => {
                let (name, after) = rest.split_once('}').ok_or("a { is not closed")?;
                if name.is_empty() || name.contains(['{', '[', ']']) {
                    return Err(format!("{{{name}}} is no name"));
                }
                parts.push(Part::Gap(name.to_owned()));
                *rest = after;
            }
            b'[' if is_inside => return Err("[] inside []".to_owned()),
            b'[' => parts.push(Part::Optional(self::parts(rest, true)?)),
            b']' if is_inside => return Ok(parts),
            other => return Err(format!("a {} too many", char::from(other))),
        }
    }
    if is_inside {
        return Err("a [ is not closed".to_owned());
    }
    if !rest.is_empty() {
        parts.push(Part::Text((*rest).to_owned()));
    }
    Ok(parts)
}

fn fill<'a>(parts: &[Part], value: &impl Fn(&str) -> Option<Cow<'a, str>>) -> Option<String> {
    let mut name = String::new();
    for part in parts {
        match part {
            Part::Text(text) => name.push_str(text),
            Part::Gap(gap) => name.push_str(&value(gap).filter(|value| !value.is_empty())?),
            Part::Optional(parts) => name.push_str(&fill(parts, value).unwrap_or_default()),
        }
    }
    Some(name)
}

fn shortened(mut name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    // The same in every run, so that results can be compared.
    let mut hasher = Fnv::default();
    hasher.write(name.as_bytes());
    let hash = hasher.finish();
    name.truncate(name.floor_char_boundary(LONGEST));
    format!("{name}…{:08x}", hash >> 32)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{LONGEST, Template};

    fn filled(template: &str, values: &[(&str, &str)]) -> Option<String> {
        Template::parse(template).unwrap().fill(|name| {
            let found = values.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| Cow::Owned((*value).to_owned()))
        })
    }

    #[test]
    fn gaps_are_filled() {
        let values = [("P", "web"), ("T", "build"), ("C", "prod")];
        assert_eq!(filled("{P}:{T}", &values).as_deref(), Some("web:build"));
        assert_eq!(
            filled("{P}:{T}[:{C}]", &values).as_deref(),
            Some("web:build:prod")
        );
    }

    #[test]
    fn what_may_be_left_out_is() {
        for values in [
            &[("P", "web"), ("T", "build")][..],
            &[("P", "web"), ("T", "build"), ("C", "")],
        ] {
            assert_eq!(
                filled("{P}:{T}[:{C}]", values).as_deref(),
                Some("web:build")
            );
        }
    }

    #[test]
    fn without_what_it_needs_there_is_no_name() {
        assert_eq!(filled("{P}:{T}", &[("P", "web")]), None);
        assert_eq!(filled("{P}:{T}", &[("P", "web"), ("T", "")]), None);
        assert_eq!(filled("[{P}]", &[]), None);
    }

    #[test]
    fn a_long_name_is_cut_and_still_differs() {
        let long = |last: &str| "ä".repeat(10_000) + last;
        let [one, other] = ["a", "b"].map(|last| filled("{P}", &[("P", &long(last))]).unwrap());
        assert!(one.len() < LONGEST + 20, "{}", one.len());
        assert_ne!(one, other);
        assert_eq!(one, filled("{P}", &[("P", &long("a"))]).unwrap());
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for (text, reason) in [
            ("", "the task has no name"),
            ("{P", "a { is not closed"),
            ("{}", "{} is no name"),
            ("[a", "a [ is not closed"),
            ("a]", "a ] too many"),
            ("a}", "a } too many"),
            ("[a[b]]", "[] inside []"),
        ] {
            assert_eq!(Template::parse(text).unwrap_err(), reason, "{text}");
        }
    }
}
