//! Maps and sets with a fast hash for numeric keys such as pids.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map keyed by numbers that the kernel or this program assigns, so that no attacker can choose
/// colliding keys.
pub type ByNumber<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// A set of such numbers.
pub type Numbers<K> = HashSet<K, BuildHasherDefault<NumberHasher>>;

/// Spreads a number over all bits by multiplication (Fibonacci hashing).
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, number: u64) {
        // 2^64 divided by the golden ratio.
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u32(number.cast_unsigned());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{Hash, Hasher};

    use super::{ByNumber, NumberHasher};

    fn hash(number: impl Hash) -> u64 {
        let mut hasher = NumberHasher::default();
        number.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn pids_in_a_row_differ_in_the_bits_that_maps_look_at() {
        let hashes: Vec<u64> = (5_000..5_000 + 128_u32).map(hash).collect();
        let low: HashSet<u64> = hashes.iter().map(|hash| hash & 127).collect();
        let high: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
        assert_eq!(low.len(), 128);
        assert!(high.len() > 64, "{}", high.len());
    }

    #[test]
    fn each_number_is_a_key_of_its_own() {
        let numbers = [0, 1, -1, 7, i32::MAX, i32::MIN];
        let mut map = ByNumber::default();
        for number in numbers {
            map.insert(number, number);
        }
        assert!(numbers.iter().all(|number| map.get(number) == Some(number)));
        assert_eq!(map.len(), numbers.len());
    }

    #[test]
    fn several_numbers_make_a_key_in_their_order() {
        assert_ne!(hash((1_u32, 2_u32)), hash((2_u32, 1_u32)));
        assert_ne!(hash("ab"), hash("ba"));
    }
}
