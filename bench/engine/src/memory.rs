//! Memory whose size in the kernel's eyes is known to the page.

use std::ops::Range;
use std::ptr::null_mut;

pub const MEGABYTE: usize = 1 << 20;
const PAGE: usize = 4096;

/// Anonymous memory outside of any heap. It is unmapped on drop.
pub struct Mapping {
    address: *mut u8,
    bytes: usize,
}

impl Mapping {
    /// Private memory of which nothing is there yet.
    pub fn private(megabytes: usize) -> Self {
        Self::new(megabytes, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
    }

    /// Memory that is shared with children, including what they write.
    pub fn shared(megabytes: usize) -> Self {
        Self::new(megabytes, libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1)
    }

    /// The beginning of an open file, to which what is written goes.
    pub fn of_file(megabytes: usize, file: libc::c_int) -> Self {
        Self::new(megabytes, libc::MAP_SHARED, file)
    }

    fn new(megabytes: usize, flags: libc::c_int, file: libc::c_int) -> Self {
        // The kernel maps no nothing.
        let bytes = (megabytes * MEGABYTE).max(PAGE);
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice replaces nothing.
        let address = unsafe { libc::mmap(null_mut(), bytes, access, flags, file, 0) };
        assert!(address != libc::MAP_FAILED, "there is no memory");
        Self {
            address: address.cast(),
            bytes,
        }
    }

    /// Writes to every page, so that all of it is there.
    pub fn touch(self) -> Self {
        for offset in (0..self.bytes).step_by(PAGE) {
            // SAFETY: the offset lies within the mapping, which may be written.
            unsafe { self.address.add(offset).write_volatile(1) };
        }
        self
    }

    /// Writes to the pages of some of its megabytes, so that a child no longer has its parent's.
    pub fn rewrite(&self, megabytes: Range<usize>) {
        let bytes = megabytes.start * MEGABYTE..(megabytes.end * MEGABYTE).min(self.bytes);
        for offset in bytes.step_by(PAGE) {
            // SAFETY: the offset lies within the mapping, which may be written.
            unsafe { self.address.add(offset).write_volatile(2) };
        }
    }

    /// `offset` bytes from its beginning, its end included.
    pub fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset <= self.bytes, "{offset} is beyond the mapping");
        // SAFETY: the offset lies within the mapping or is its end.
        unsafe { self.address.add(offset) }
    }

    /// Errors are ignored: a kernel without huge pages knows no such advice.
    pub fn advise(&self, advice: libc::c_int) {
        // SAFETY: the mapping is this value's own, and the advice changes no byte of it.
        unsafe { libc::madvise(self.address.cast(), self.bytes, advice) };
    }

    /// Reads every page.
    pub fn look(&self) {
        for offset in (0..self.bytes).step_by(PAGE) {
            // SAFETY: the offset lies within the mapping, which may be read.
            unsafe { self.address.add(offset).read_volatile() };
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping belongs to this value alone.
        unsafe { libc::munmap(self.address.cast(), self.bytes) };
    }
}
