//! The sum over time, in bounded memory and without losing a maximum.

use std::time::Duration;

/// Points that are kept of a tree.
const POINTS: usize = 2_000;

/// The highest sum of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When it was sampled, counted from the sampler's start.
    pub at: Duration,
    /// The sum.
    pub bytes: u64,
}

/// Keeps every sample at first. When there are too many, each two neighbours become one, the
/// higher of them.
#[derive(Clone, Debug)]
pub struct Timeline {
    points: Vec<Point>,
    /// How many are kept; twice as many are held at the most.
    kept: usize,
    /// How many samples make one point.
    stride: u64,
    /// How many samples the last point holds.
    in_last: u64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self::of_points(POINTS)
    }
}

impl Timeline {
    pub(crate) fn of_points(kept: usize) -> Self {
        Self {
            points: Vec::new(),
            kept,
            stride: 0,
            in_last: 0,
        }
    }

    pub(crate) fn add(&mut self, point: Point) {
        if self.kept == 0 {
            return;
        }
        self.stride = self.stride.max(1);
        match self.points.last_mut() {
            // Several samples of one instant are one.
            Some(last) if point.at <= last.at => last.bytes = last.bytes.max(point.bytes),
            Some(last) if self.in_last < self.stride => {
                if point.bytes > last.bytes {
                    *last = point;
                }
                self.in_last += 1;
            }
            _ => {
                if self.points.len() == 2 * self.kept {
                    self.halve();
                }
                self.points.push(point);
                self.in_last = 1;
            }
        }
    }

    pub(crate) fn ends_above_zero(&self) -> bool {
        self.points.last().is_some_and(|last| last.bytes > 0)
    }

    /// The points in the order of time.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    pub(crate) fn into_points(self) -> Vec<Point> {
        self.points
    }

    /// The timeline in at most `points` points, each the highest of its stretch.
    #[must_use]
    pub fn at_most(&self, points: usize) -> Vec<Point> {
        condensed(
            &self.points,
            self.points.len().div_ceil(points.max(1)).max(1),
        )
    }

    /// The same with all times counted from `start`.
    pub(crate) fn since(mut self, start: Duration) -> Self {
        for point in &mut self.points {
            point.at = point.at.saturating_sub(start);
        }
        self
    }

    /// None of it was higher than this.
    pub(crate) fn cap(&mut self, bytes: u64) {
        for point in &mut self.points {
            point.bytes = point.bytes.min(bytes);
        }
    }

    fn halve(&mut self) {
        self.points = condensed(&self.points, 2);
        self.stride *= 2;
    }
}

fn condensed(points: &[Point], stride: usize) -> Vec<Point> {
    // The earlier of two that are equal.
    let higher = |one: Point, other: Point| if other.bytes > one.bytes { other } else { one };
    let stretches = points.chunks(stride);
    stretches
        .filter_map(|stretch| stretch.iter().copied().reduce(higher))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{POINTS, Point, Timeline};
    use std::time::Duration;

    fn timeline(sums: impl IntoIterator<Item = u64>) -> Timeline {
        let mut timeline = Timeline::default();
        for (tick, bytes) in sums.into_iter().enumerate() {
            timeline.add(Point {
                at: Duration::from_millis(tick as u64),
                bytes,
            });
        }
        timeline
    }

    #[test]
    fn a_short_run_is_kept_sample_by_sample() {
        let sums = [5, 9, 1, 7];
        let kept = timeline(sums);
        assert_eq!(
            kept.points()
                .iter()
                .map(|point| point.bytes)
                .collect::<Vec<_>>(),
            sums
        );
    }

    #[test]
    fn a_long_run_keeps_its_maxima_in_order_and_in_bounded_memory() {
        let samples = 1_000_000_u64;
        for highest_at in [0, 1, 4_000, 777_777, samples - 1] {
            let kept = timeline((0..samples).map(|tick| match tick {
                _ if tick == highest_at => 1_000_000,
                _ => tick % 1_000,
            }));
            assert!(kept.points().len() <= 2 * POINTS);
            assert!(kept.points().is_sorted_by(|one, other| one.at < other.at));
            let highest = kept
                .points()
                .iter()
                .max_by_key(|point| point.bytes)
                .unwrap();
            assert_eq!(
                (highest.bytes, highest.at.as_millis()),
                (1_000_000, u128::from(highest_at))
            );
        }
    }
}
