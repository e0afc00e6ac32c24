//! Pages of files and shared memory that processes have mapped: each counts once, whatever number
//! of processes has it.

use std::collections::HashMap;

use memtop_proc::{FileId, MappedRange};

/// Pages that are kept together: as many as bits in a chunk.
const CHUNK: u64 = 512;

type Chunk = [u64; 8];
type Key = (FileId, u64);

/// What one process had mapped when it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageSet {
    chunks: Vec<(Key, Chunk)>,
    /// The mapped size by the count that every sample reads.
    pub(crate) bytes: u64,
    /// What of it has been mapped ever since.
    pub(crate) left: u64,
}

impl PageSet {
    pub(crate) fn of(ranges: &[MappedRange], bytes: u64) -> Self {
        let mut set = Self {
            chunks: Vec::new(),
            bytes,
            left: bytes,
        };
        for range in ranges {
            let end = range.first_page + range.pages;
            let mut page = range.first_page;
            while page < end {
                let number = page / CHUNK;
                let until = end.min((number + 1) * CHUNK);
                let chunk = set.chunk((range.file, number));
                for page in page..until {
                    set_bit(chunk, page % CHUNK);
                }
                page = until;
            }
        }
        set
    }

    fn chunk(&mut self, key: Key) -> &mut Chunk {
        // Ranges of a file follow each other.
        if self.chunks.last().is_none_or(|(last, _)| *last != key) {
            self.chunks.push((key, Chunk::default()));
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last].1
    }
}

fn set_bit(chunk: &mut Chunk, page: u64) {
    let place = usize::try_from(page / 64).unwrap_or(0);
    chunk[place] |= 1 << (page % 64);
}

/// The pages of several processes.
#[derive(Debug, Default)]
pub(crate) struct Union(HashMap<Key, Chunk>);

impl Union {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn add(&mut self, set: &PageSet) {
        for (key, chunk) in &set.chunks {
            let all = self.0.entry(*key).or_default();
            for (all, one) in all.iter_mut().zip(chunk) {
                *all |= one;
            }
        }
    }

    pub(crate) fn pages(&self) -> u64 {
        let words = self.0.values().flatten();
        words.map(|word| u64::from(word.count_ones())).sum()
    }
}

#[cfg(test)]
mod tests {
    use memtop_proc::{FileId, MappedRange};

    use super::{PageSet, Union};

    fn set(ranges: &[(u64, u64, u64)]) -> PageSet {
        let ranges: Vec<_> = ranges
            .iter()
            .map(|&(inode, first_page, pages)| MappedRange {
                file: FileId { device: 1, inode },
                first_page,
                pages,
            })
            .collect();
        PageSet::of(&ranges, 0)
    }

    fn pages(sets: &[PageSet]) -> u64 {
        let mut union = Union::default();
        for set in sets {
            union.add(set);
        }
        union.pages()
    }

    #[test]
    fn a_page_counts_once_in_however_many_processes_and_however_often_it_is_mapped() {
        let one = set(&[(7, 0, 10), (8, 500, 1_100), (7, 5, 10)]);
        assert_eq!(pages(std::slice::from_ref(&one)), 15 + 1_100);
        let other = set(&[(7, 12, 8), (9, 0, 1)]);
        assert_eq!(pages(&[one.clone(), other.clone()]), 20 + 1_100 + 1);
        assert_eq!(pages(&[one.clone(), other, one]), 20 + 1_100 + 1);
    }

    #[test]
    fn pages_far_into_a_file_take_no_room() {
        let sparse = set(&[(7, 1 << 40, 3)]);
        assert_eq!(
            (pages(std::slice::from_ref(&sparse)), sparse.chunks.len()),
            (3, 1)
        );
    }
}
