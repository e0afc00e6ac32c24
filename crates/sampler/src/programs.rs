//! The memory of each program of a tree over time. A program is all processes of one name.

use std::collections::HashMap;
use std::time::Duration;

use crate::timeline::{Point, Timeline};

/// Programs kept at a time: of more, those that never had much are dropped.
const MOST_PROGRAMS: usize = 32;
const POINTS: usize = 100;

/// A program's share of its tree's memory.
#[derive(Clone, Debug)]
pub struct Program {
    /// The name of its processes.
    pub name: String,
    /// The most that it ever had.
    pub highest: u64,
    /// The timeline of its sum.
    pub timeline: Timeline,
}

#[derive(Debug, Default)]
pub(crate) struct Programs {
    places: HashMap<String, usize>,
    kept: Vec<Program>,
    /// The memory of each now, in the same order.
    sums: Vec<u64>,
}

impl Programs {
    /// Takes in a sample: the names of processes, and their memory.
    pub(crate) fn add<'a>(
        &mut self,
        now: Duration,
        processes: impl Iterator<Item = (&'a str, u64)>,
    ) {
        self.sums.fill(0);
        for (name, bytes) in processes {
            if let Some(place) = self.place_of(name, bytes) {
                self.sums[place] += bytes;
            }
        }
        for (program, &bytes) in self.kept.iter_mut().zip(&self.sums) {
            program.highest = program.highest.max(bytes);
            // One point says that it has ended.
            if bytes > 0 || program.timeline.ends_above_zero() {
                program.timeline.add(Point { at: now, bytes });
            }
        }
    }

    pub(crate) fn all(&self) -> &[Program] {
        &self.kept
    }

    fn place_of(&mut self, name: &str, bytes: u64) -> Option<usize> {
        if let Some(&place) = self.places.get(name) {
            return Some(place);
        }
        let program = Program {
            name: name.to_owned(),
            highest: 0,
            timeline: Timeline::of_points(POINTS),
        };
        let place = if self.kept.len() < MOST_PROGRAMS {
            self.kept.push(program);
            self.sums.push(0);
            self.kept.len() - 1
        } else {
            let place = self.smallest_below(bytes)?;
            self.places.remove(&self.kept[place].name);
            self.kept[place] = program;
            place
        };
        self.places.insert(name.to_owned(), place);
        Some(place)
    }

    /// The place of one that has nothing now and has never had more than this.
    fn smallest_below(&self, bytes: u64) -> Option<usize> {
        let places = 0..self.kept.len();
        let smallest = places
            .filter(|&place| self.sums[place] == 0)
            .min_by_key(|&place| self.kept[place].highest)?;
        (self.kept[smallest].highest < bytes).then_some(smallest)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{MOST_PROGRAMS, Programs};

    fn sampled(samples: &[&[(&str, u64)]]) -> Programs {
        let mut programs = Programs::default();
        for (tick, sample) in (1..).zip(samples) {
            programs.add(Duration::from_secs(tick), sample.iter().copied());
        }
        programs
    }

    /// Such as `node 12: 1=12 2=3`.
    fn described(programs: &Programs) -> Vec<String> {
        let described = programs.all().iter().map(|program| {
            let points = program.timeline.points().iter();
            let points = points.map(|point| format!(" {}={}", point.at.as_secs(), point.bytes));
            format!(
                "{} {}:{}",
                program.name,
                program.highest,
                points.collect::<String>()
            )
        });
        described.collect()
    }

    #[test]
    fn processes_of_a_name_are_one_program() {
        let programs = sampled(&[
            &[("node", 5), ("sh", 1), ("node", 7)],
            &[("node", 2)],
            &[("node", 3)],
        ]);
        assert_eq!(
            described(&programs),
            ["node 12: 1=12 2=2 3=3", "sh 1: 1=1 2=0"]
        );
    }

    #[test]
    fn of_too_many_those_that_have_had_little_make_room() {
        let names: Vec<String> = (0..=MOST_PROGRAMS)
            .map(|number| format!("p{number}"))
            .collect();
        let mut programs = Programs::default();
        for (tick, name) in (0_u64..).zip(&names) {
            let bytes = 10 + tick % 2;
            programs.add(Duration::from_secs(tick), [(&**name, bytes)].into_iter());
        }
        programs.add(
            Duration::from_secs(99),
            [("large", 50), ("small", 1)].into_iter(),
        );
        let left = described(&programs);
        let is_left = |name: &str| {
            left.iter()
                .any(|left| left.starts_with(&format!("{name} ")))
        };
        assert_eq!(left.len(), MOST_PROGRAMS);
        assert!(is_left("large") && is_left("p1") && !is_left("small") && !is_left("p0"));
    }
}
