//! Pages of files, each counted once, however many processes map it.

use std::collections::HashMap;

pub const PAGE_BYTES: u64 = 4096;

const PRESENT: u64 = 1 << 63;
/// The page is a file's or shared memory. A written page of a private mapping is neither.
const FILE_OR_SHARED: u64 = 1 << 61;

const WORDS_IN_CHUNK: usize = 8;
const PAGES_IN_CHUNK: u64 = 64 * WORDS_IN_CHUNK as u64;

/// A file is known by its device and its inode; a chunk is [`PAGES_IN_CHUNK`] of its pages.
#[derive(PartialEq, Eq, Hash)]
struct Chunk {
    device: Box<str>,
    inode: u64,
    number: u64,
}

#[derive(Default)]
pub struct PageUnion {
    chunks: HashMap<Chunk, [u64; WORDS_IN_CHUNK]>,
}

impl PageUnion {
    /// Adds what is there of a mapping: `entries` is from the pagemap, one a page, and the first is
    /// `first_page` of the file.
    pub fn add(&mut self, device: &str, inode: u64, first_page: u64, entries: &[u64]) {
        let mut rest = entries;
        let mut page = first_page;
        while !rest.is_empty() {
            let in_chunk = PAGES_IN_CHUNK - page % PAGES_IN_CHUNK;
            let length = usize::try_from(in_chunk).map_or(rest.len(), |most| rest.len().min(most));
            let (here, after) = rest.split_at(length);
            if here.iter().copied().any(counts) {
                let chunk = Chunk {
                    device: device.into(),
                    inode,
                    number: page / PAGES_IN_CHUNK,
                };
                mark(
                    self.chunks.entry(chunk).or_default(),
                    page % PAGES_IN_CHUNK,
                    here,
                );
            }
            page += here.len() as u64;
            rest = after;
        }
    }

    pub fn bytes(&self) -> u64 {
        let words = self.chunks.values().flatten();
        words.map(|word| u64::from(word.count_ones())).sum::<u64>() * PAGE_BYTES
    }
}

fn mark(words: &mut [u64; WORDS_IN_CHUNK], first: u64, entries: &[u64]) {
    for (place, &entry) in (first..).zip(entries) {
        if counts(entry) {
            words[usize::try_from(place / 64).unwrap_or_default()] |= 1 << (place % 64);
        }
    }
}

fn counts(entry: u64) -> bool {
    entry & (PRESENT | FILE_OR_SHARED) == PRESENT | FILE_OR_SHARED
}

#[cfg(test)]
mod tests {
    use super::*;

    const THERE: u64 = PRESENT | FILE_OR_SHARED | 0x1234;

    #[test]
    fn a_page_that_two_map_counts_once() {
        let mut union = PageUnion::default();
        union.add("fe:00", 7, 0, &[THERE; 10]);
        union.add("fe:00", 7, 5, &[THERE; 10]);
        assert_eq!(union.bytes(), 15 * PAGE_BYTES);
    }

    #[test]
    fn files_differ_by_device_and_inode() {
        let mut union = PageUnion::default();
        union.add("fe:00", 7, 0, &[THERE]);
        union.add("fe:00", 8, 0, &[THERE]);
        union.add("fe:01", 7, 0, &[THERE]);
        assert_eq!(union.bytes(), 3 * PAGE_BYTES);
    }

    #[test]
    fn what_is_not_there_or_was_copied_on_write_does_not_count() {
        let mut union = PageUnion::default();
        union.add("fe:00", 7, 0, &[0, PRESENT, FILE_OR_SHARED, THERE]);
        assert_eq!(union.bytes(), PAGE_BYTES);
    }

    #[test]
    fn a_mapping_may_reach_over_several_chunks() {
        let mut union = PageUnion::default();
        let pages = 3 * PAGES_IN_CHUNK;
        let entries = vec![THERE; usize::try_from(pages).unwrap()];
        union.add("fe:00", 7, PAGES_IN_CHUNK - 1, &entries);
        union.add("fe:00", 7, PAGES_IN_CHUNK, &entries);
        assert_eq!(union.bytes(), (pages + 1) * PAGE_BYTES);
    }
}
