//! Memory whose size in the kernel's eyes is known to the page.

use std::ptr::null_mut;

pub const MEGABYTE: usize = 1 << 20;
const PAGE: usize = 4096;

/// Anonymous memory that belongs to nobody's heap. It is given back on drop.
pub struct Mapping {
    address: *mut u8,
    bytes: usize,
}

impl Mapping {
    /// Private memory of which nothing is there yet.
    pub fn private(megabytes: usize) -> Self {
        Self::new(megabytes, libc::MAP_PRIVATE)
    }

    /// Memory that children have in common with this process, also what they write.
    pub fn shared(megabytes: usize) -> Self {
        Self::new(megabytes, libc::MAP_SHARED)
    }

    fn new(megabytes: usize, sharing: libc::c_int) -> Self {
        // The kernel maps no nothing.
        let bytes = (megabytes * MEGABYTE).max(PAGE);
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice replaces nothing.
        let address = unsafe {
            libc::mmap(
                null_mut(),
                bytes,
                access,
                sharing | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
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
        // SAFETY: the mapping is this value's own and nobody else has its address.
        unsafe { libc::munmap(self.address.cast(), self.bytes) };
    }
}
