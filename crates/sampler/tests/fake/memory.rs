//! Memory of made-up processes, page by page where pages are shared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use memtop_proc::{FileId, MappedRange, Proportional};

/// A page of a file, by the number of the file and its own.
pub type FilePage = (u64, u64);

/// What one process has, or several that run in the same memory.
#[derive(Clone, Default)]
pub struct Memory {
    /// Pages that no file backs, where they are known one by one.
    pages: Option<BTreeSet<u64>>,
    /// How many there are of them where they are not.
    number: u64,
    files: BTreeSet<FilePage>,
    /// Of the pages that no file backs, those that are swapped out.
    pub swapped: u64,
    /// The most pages that it ever had in memory.
    pub highest: u64,
}

/// All memory, and how many processes have each page.
#[derive(Default)]
pub struct Memories {
    by_number: BTreeMap<u64, Memory>,
    last: u64,
    next_page: u64,
    sharers: HashMap<u64, u64>,
    file_sharers: HashMap<FilePage, u64>,
}

impl Memory {
    pub fn anonymous(&self) -> u64 {
        self.pages
            .as_ref()
            .map_or(self.number, |pages| pages.len() as u64)
    }

    pub fn mapped(&self) -> u64 {
        self.files.len() as u64
    }

    /// Pages that are in memory.
    pub fn resident(&self) -> u64 {
        self.anonymous() + self.mapped() - self.swapped
    }

    pub fn pages(&self) -> impl Iterator<Item = u64> {
        self.pages.iter().flatten().copied()
    }

    pub fn files(&self) -> &BTreeSet<FilePage> {
        &self.files
    }

    pub fn ranges(&self, ranges: &mut Vec<MappedRange>) {
        for &(inode, page) in &self.files {
            let file = FileId { device: 1, inode };
            match ranges.last_mut() {
                Some(last) if last.file == file && last.first_page + last.pages == page => {
                    last.pages += 1;
                }
                _ => ranges.push(MappedRange {
                    file,
                    first_page: page,
                    pages: 1,
                }),
            }
        }
    }
}

fn lose<K: std::hash::Hash + Eq>(sharers: &mut HashMap<K, u64>, page: &K) {
    let left = sharers.get_mut(page).map_or(0, |sharers| {
        *sharers -= 1;
        *sharers
    });
    if left == 0 {
        sharers.remove(page);
    }
}

impl Memories {
    pub fn get(&self, number: u64) -> &Memory {
        &self.by_number[&number]
    }

    pub fn get_mut(&mut self, number: u64) -> &mut Memory {
        self.by_number.get_mut(&number).unwrap()
    }

    fn add(&mut self, memory: Memory) -> u64 {
        self.last += 1;
        self.by_number.insert(self.last, memory);
        self.last
    }

    /// With N pages that no file backs.
    pub fn create(&mut self, anonymous: u64) -> u64 {
        self.add(Memory {
            number: anonymous,
            highest: anonymous,
            ..Memory::default()
        })
    }

    pub fn remove(&mut self, number: u64) {
        let gone = self.by_number.remove(&number).unwrap();
        for page in gone.pages() {
            lose(&mut self.sharers, &page);
        }
        for page in gone.files {
            lose(&mut self.file_sharers, &page);
        }
    }

    /// Gives each of its pages a number of its own.
    fn identify_pages(&mut self, number: u64) {
        let memory = self.by_number.get_mut(&number).unwrap();
        if memory.pages.is_none() {
            let first = self.next_page;
            self.next_page += memory.number;
            memory.pages = Some((first..self.next_page).collect());
            self.sharers
                .extend((first..self.next_page).map(|page| (page, 1)));
        }
    }

    /// A copy of all of it, of which each page is there once.
    pub fn fork(&mut self, number: u64) -> u64 {
        self.identify_pages(number);
        let copy = self.get(number).clone();
        for page in copy.pages() {
            *self.sharers.get_mut(&page).unwrap() += 1;
        }
        for page in &copy.files {
            *self.file_sharers.get_mut(page).unwrap() += 1;
        }
        let highest = copy.resident();
        self.add(Memory { highest, ..copy })
    }

    /// Has N pages that no file backs: takes new ones, or gives back those that it took last.
    /// How many it takes.
    pub fn resize(&mut self, number: u64, anonymous: u64) -> u64 {
        let memory = self.by_number.get_mut(&number).unwrap();
        let before = memory.anonymous();
        match &mut memory.pages {
            None => memory.number = anonymous,
            Some(pages) => {
                while pages.len() as u64 > anonymous {
                    lose(&mut self.sharers, &pages.pop_last().unwrap());
                }
                while (pages.len() as u64) < anonymous {
                    pages.insert(self.next_page);
                    self.sharers.insert(self.next_page, 1);
                    self.next_page += 1;
                }
            }
        }
        memory.highest = memory.highest.max(memory.resident());
        anonymous.saturating_sub(before)
    }

    /// Writes to N of its oldest pages after the first few: what others have is copied.
    pub fn write(&mut self, number: u64, skipped: usize, pages: usize) -> u64 {
        self.identify_pages(number);
        let written: Vec<u64> = self.get(number).pages().skip(skipped).take(pages).collect();
        let has = self.by_number.get_mut(&number).unwrap();
        let has = has.pages.as_mut().unwrap();
        for page in &written {
            if self.sharers[page] > 1 {
                lose(&mut self.sharers, page);
                has.remove(page);
                has.insert(self.next_page);
                self.sharers.insert(self.next_page, 1);
                self.next_page += 1;
            }
        }
        written.len() as u64
    }

    /// Gives back N of its oldest pages after the first few.
    pub fn give_back(&mut self, number: u64, skipped: usize, pages: usize) {
        self.identify_pages(number);
        let gone: Vec<u64> = self.get(number).pages().skip(skipped).take(pages).collect();
        let has = self.by_number.get_mut(&number).unwrap();
        for page in gone {
            has.pages.as_mut().unwrap().remove(&page);
            lose(&mut self.sharers, &page);
        }
    }

    /// Maps pages of a file.
    pub fn map(&mut self, number: u64, file: u64, pages: std::ops::Range<u64>) {
        let memory = self.by_number.get_mut(&number).unwrap();
        for page in pages {
            if memory.files.insert((file, page)) {
                *self.file_sharers.entry((file, page)).or_default() += 1;
            }
        }
        memory.highest = memory.highest.max(memory.resident());
    }

    pub fn unmap(&mut self, number: u64, file: u64) {
        let memory = self.by_number.get_mut(&number).unwrap();
        let of_file: Vec<_> = memory
            .files
            .range((file, 0)..(file + 1, 0))
            .copied()
            .collect();
        for page in of_file {
            memory.files.remove(&page);
            lose(&mut self.file_sharers, &page);
        }
    }

    /// A walk over all pages, each as large as this.
    pub fn walk(&self, number: u64, page_bytes: u64) -> Proportional {
        let memory = self.get(number);
        // As the kernel does, each page's part is rounded down, far below a byte.
        let part = |sharers: u64| (page_bytes << 12) / sharers;
        let (mut anonymous_share, mut file_share, mut private) = (0, 0, 0);
        for page in memory.pages() {
            let sharers = self.sharers[&page];
            anonymous_share += part(sharers);
            private += u64::from(sharers == 1);
        }
        if memory.pages.is_none() {
            anonymous_share += (memory.number - memory.swapped) * part(1);
            private += memory.number - memory.swapped;
        }
        for page in &memory.files {
            let sharers = self.file_sharers[page];
            file_share += part(sharers);
            private += u64::from(sharers == 1);
        }
        Proportional {
            bytes: (anonymous_share + file_share) >> 12,
            resident_bytes: memory.resident() * page_bytes,
            anonymous_bytes: (memory.anonymous() - memory.swapped) * page_bytes,
            anonymous_share_bytes: anonymous_share >> 12,
            private_bytes: private * page_bytes,
        }
    }
}
