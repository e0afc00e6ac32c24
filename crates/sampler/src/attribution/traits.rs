//! What a process shows of itself, and which of that puts it into another task than its parent's.

use std::sync::Arc;

/// What a process shows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// At most one of each runner.
    pub(crate) marks: Vec<TaskMark>,
    /// What a service has of the task that it was started in, and passes on to what it starts.
    pub(crate) handed_on: Vec<TaskMark>,
    pub(crate) role: Role,
    /// The first stage that its own command line belongs to.
    pub(crate) stage: Option<usize>,
}

/// What a runner calls the task that a process was started for.
#[derive(Clone, Debug)]
pub(crate) struct TaskMark {
    pub(crate) runner: usize,
    pub(crate) level: u8,
    pub(crate) name: Arc<str>,
    /// Marks of a runner with the same key are of one task, whatever its name.
    pub(crate) key: Arc<str>,
    pub(crate) kind: Kind,
}

impl PartialEq for TaskMark {
    fn eq(&self, other: &Self) -> bool {
        (self.runner, &self.key) == (other.runner, &other.key)
    }
}

impl Eq for TaskMark {}

impl TaskMark {
    pub(crate) fn is_called_as(&self, other: &Self) -> bool {
        (self.runner, &self.name) == (other.runner, &other.name)
    }
}

/// What a task is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A thing to do.
    #[default]
    Task,
    /// It works for several tasks, as a daemon does.
    Service,
}

/// What a process does within its task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// The work, by itself.
    #[default]
    Payload,
    /// It only starts others.
    Wrapper,
    /// The work, or it starts a script that does.
    Host,
}

/// What follows from the marks of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict<'a> {
    /// It stays in the task that it comes from.
    Stays,
    /// It stays, and shows that a script does the work there.
    StaysAsScript,
    /// It belongs to the task of this mark.
    Moves(&'a TaskMark),
}

impl Traits {
    /// The same without what only the command line shows: what its children inherit.
    pub(crate) fn marks_only(mut self) -> Self {
        self.role = Role::Payload;
        self.stage = None;
        self
    }

    /// The same with a mark that was given by name.
    pub(crate) fn with_mark(mut self, mark: TaskMark) -> Self {
        self.marks.retain(|own| own.runner != mark.runner);
        self.marks.push(mark);
        self
    }

    /// What follows for a process that had the traits `before`, or whose parent has, and that is in
    /// a task of this level by now. Marks from `outside` are never its own.
    pub(crate) fn verdict(
        &self,
        before: Option<&Self>,
        outside: Option<&Self>,
        level: Option<u8>,
    ) -> Verdict<'_> {
        let is_new = |mark: &&TaskMark| {
            let mut known = before.into_iter().chain(outside);
            !known.any(|known| known.marks.contains(mark) || known.handed_on.contains(mark))
        };
        let mut highest: Option<&TaskMark> = None;
        for mark in self.marks.iter().filter(is_new) {
            if highest.is_none_or(|highest| mark.level > highest.level) {
                highest = Some(mark);
            }
        }
        match highest {
            None => Verdict::Stays,
            Some(mark) if level.is_some_and(|level| mark.level < level) => Verdict::StaysAsScript,
            Some(mark) => Verdict::Moves(mark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Role, TaskMark, Traits, Verdict};

    const NX: u8 = 2;
    const NPM: u8 = 1;

    fn marked(marks: &[(u8, &str)]) -> Traits {
        let marks = marks.iter().map(|&(level, name)| TaskMark {
            runner: level.into(),
            level,
            name: name.into(),
            key: name.into(),
            kind: Kind::Task,
        });
        Traits {
            marks: marks.collect(),
            handed_on: Vec::new(),
            role: Role::Payload,
            stage: None,
        }
    }

    fn verdict(own: &[(u8, &str)], before: &[(u8, &str)], level: Option<u8>) -> String {
        match marked(own).verdict(Some(&marked(before)), None, level) {
            Verdict::Stays => "stays".to_owned(),
            Verdict::StaysAsScript => "stays, a script".to_owned(),
            Verdict::Moves(mark) => mark.name.to_string(),
        }
    }

    #[test]
    fn what_is_inherited_says_nothing_new() {
        assert_eq!(verdict(&[(NPM, "outer")], &[(NPM, "outer")], None), "stays");
        assert_eq!(
            verdict(&[(NX, "a:build")], &[(NX, "a:build")], Some(NX)),
            "stays"
        );
        assert_eq!(verdict(&[], &[(NX, "a:build")], Some(NX)), "stays");
    }

    #[test]
    fn the_inner_one_of_two_equals_counts() {
        let nested = verdict(&[(NX, "lib:build")], &[(NX, "app:e2e")], Some(NX));
        assert_eq!(nested, "lib:build");
    }

    #[test]
    fn a_script_does_not_split_the_task_of_an_orchestrator() {
        let own = [(NX, "a:build"), (NPM, "a build")];
        assert_eq!(
            verdict(&own, &[(NX, "a:build")], Some(NX)),
            "stays, a script"
        );
    }

    #[test]
    fn the_task_of_an_orchestrator_is_not_hidden_by_the_script_around_it() {
        let own = [(NPM, "root build"), (NX, "a:build")];
        assert_eq!(verdict(&own, &[(NPM, "root build")], Some(NPM)), "a:build");
    }

    #[test]
    fn what_comes_from_outside_is_never_its_own() {
        let own = marked(&[(NPM, "outer")]);
        for before in [None, Some(&marked(&[]))] {
            let verdict = own.verdict(before, Some(&marked(&[(NPM, "outer")])), None);
            assert_eq!(verdict, Verdict::Stays);
        }
    }

    #[test]
    fn without_a_known_parent_its_own_marks_count() {
        let own = marked(&[(NPM, "a build"), (NX, "a:build")]);
        let Verdict::Moves(mark) = own.verdict(None, None, None) else {
            panic!("it has marks");
        };
        assert_eq!(&*mark.name, "a:build");
    }
}
