//! Values of environment variables, by slots that their names were given.

use std::collections::HashMap;

use memchr::{memchr, memchr_iter};

use super::fnv::BuildFnv;

/// Names of this length and longer ones share a bit.
const LONG: usize = 63;

/// An environment has a hundred variables of which two or three matter. Most of the others are
/// ruled out by their first letter and their length.
#[derive(Debug)]
pub(super) struct Slots {
    by_name: HashMap<Vec<u8>, usize, BuildFnv>,
    /// By the first letter, a bit for each length.
    lengths: Box<[u64; 256]>,
}

/// What the variables of one process are.
pub(super) struct Values<'a> {
    /// The value of each slot.
    by_slot: Vec<Option<&'a [u8]>>,
    /// A bit for each that is there and not empty.
    present: u64,
}

impl<'a> Values<'a> {
    pub(super) fn get(&self, slot: usize) -> Option<&'a [u8]> {
        self.by_slot[slot]
    }

    pub(super) fn present(&self) -> u64 {
        self.present
    }
}

/// The bit of a place. Where there are more places than bits, some share theirs.
pub(super) fn bit_of(slot: usize) -> u64 {
    1 << (slot % 64)
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
        self.by_name.get(name).copied()
    }

    /// Of an environment, each variable with NUL at its end.
    pub(super) fn values<'a>(&self, environment: &'a [u8]) -> Values<'a> {
        let mut values = Values {
            by_slot: vec![None; self.by_name.len()],
            present: 0,
        };
        let mut start = 0;
        for end in memchr_iter(0, environment).chain([environment.len()]) {
            if let Some((slot, value)) = self.split(&environment[start..end])
                // Of two of one name the first counts, as with getenv.
                && values.by_slot[slot].is_none()
            {
                values.by_slot[slot] = Some(value);
                values.present |= if value.is_empty() { 0 } else { bit_of(slot) };
            }
            start = end + 1;
        }
        values
    }

    /// The place of a variable that has one, and its value.
    fn split<'a>(&self, variable: &'a [u8]) -> Option<(usize, &'a [u8])> {
        let first = usize::from(*variable.first()?);
        bits_in(self.lengths[first]).find_map(|length| {
            let end = if length == LONG {
                memchr(b'=', variable)?
            } else {
                length
            };
            let (name, value) = variable.split_at_checked(end)?;
            let value = value.strip_prefix(b"=")?;
            Some((self.get(name)?, value))
        })
    }
}

/// The places of the bits that are set.
fn bits_in(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(lowest)
    })
}

fn length_bit(name: &[u8]) -> u64 {
    1 << name.len().min(LONG)
}

#[cfg(test)]
mod tests {
    use super::{Slots, bit_of};

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
            let variable = format!("{name}=x=y");
            let found = slots.split(variable.as_bytes());
            assert_eq!(found, Some((place, b"x=y".as_slice())), "{name}");
        }
        for other in ["NX_TASX", "B", "", &"x".repeat(65)] {
            assert_eq!(slots.get(other.as_bytes()), None, "{other}");
            let variable = format!("{other}=");
            assert_eq!(slots.split(variable.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn an_environment_is_read_as_programs_read_it() {
        let mut slots = Slots::default();
        let names = ["A", "AB", "EMPTY", "LAST", "MISSING"];
        let places = names.map(|name| slots.add(name));
        let environment = b"AB=1\0\0A=\xff=\0=C:\0AB=2\0ABC=3\0A\0EMPTY=\0LAST=4";
        let values = slots.values(environment);
        let found = places.map(|place| values.get(place));
        let expected: [Option<&[u8]>; 5] =
            [Some(b"\xff="), Some(b"1"), Some(b""), Some(b"4"), None];
        assert_eq!(found, expected);
        let present = [0, 1, 3].map(|place| bit_of(places[place]));
        assert_eq!(values.present(), present.iter().sum::<u64>());
    }

    #[test]
    fn more_places_than_bits_share_them() {
        let mut slots = Slots::default();
        for number in 0..130 {
            slots.add(&format!("N{number}"));
        }
        let values = slots.values(b"N3=x\0N129=y\0");
        assert_eq!(values.get(129), Some(b"y".as_slice()));
        assert_eq!(values.present(), bit_of(3) | bit_of(129));
    }
}
