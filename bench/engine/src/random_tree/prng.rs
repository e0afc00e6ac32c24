//! `SplitMix64`: a small generator whose numbers never change with a version of a library.

pub struct Prng {
    state: u64,
}

impl Prng {
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        let choices = (most.max(least) - least) as u64 + 1;
        least + usize::try_from(self.next() % choices).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_numbers_are_those_of_the_reference() {
        let mut prng = Prng::new(1_234_567);
        assert_eq!(prng.next(), 6_457_827_717_110_365_317);
        assert_eq!(prng.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_range_includes_both_its_ends() {
        let mut prng = Prng::new(1);
        let numbers: Vec<_> = (0..100).map(|_| prng.between(2, 4)).collect();
        for wanted in 2..=4 {
            assert!(numbers.contains(&wanted), "{wanted}");
        }
        assert!(numbers.iter().all(|number| (2..=4).contains(number)));
    }
}
