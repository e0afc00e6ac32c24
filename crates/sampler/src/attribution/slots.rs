//! The places of values, by the names of their variables.

use std::collections::HashMap;

use super::fnv::BuildFnv;

/// An environment has a hundred variables of which two or three matter: most are told by their
/// first letter and their length.
#[derive(Debug)]
pub(super) struct Slots {
    by_name: HashMap<Vec<u8>, usize, BuildFnv>,
    /// By the first letter, a bit for each length; long names share one.
    lengths: Box<[u64; 256]>,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            by_name: HashMap::default(),
            lengths: Box::new([0; 256]),
        }
    }
}

impl Slots {
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The place of a variable, a new one if it has none.
    pub(super) fn add(&mut self, name: &str) -> usize {
        let name = name.as_bytes();
        if let Some(&first) = name.first() {
            self.lengths[usize::from(first)] |= length_bit(name);
        }
        let next = self.by_name.len();
        *self.by_name.entry(name.to_vec()).or_insert(next)
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<usize> {
        let first = usize::from(*name.first()?);
        if self.lengths[first] & length_bit(name) == 0 {
            return None;
        }
        self.by_name.get(name).copied()
    }
}

fn length_bit(name: &[u8]) -> u64 {
    1 << name.len().min(63)
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn a_name_has_one_place_however_long_it_is() {
        let mut slots = Slots::default();
        let long = ["x".repeat(63), "x".repeat(64), "x".repeat(200)];
        let names = ["NX_TASK", "NX_TASC", "A", &long[0], &long[1], &long[2]];
        let places: Vec<_> = names.iter().map(|name| slots.add(name)).collect();
        assert_eq!(places, [0, 1, 2, 3, 4, 5]);
        for (place, name) in names.iter().enumerate() {
            assert_eq!(
                (slots.add(name), slots.get(name.as_bytes())),
                (place, Some(place))
            );
        }
        for other in ["NX_TASX", "B", "", &"x".repeat(65)] {
            assert_eq!(slots.get(other.as_bytes()), None, "{other}");
        }
        assert_eq!(slots.len(), 6);
    }
}
