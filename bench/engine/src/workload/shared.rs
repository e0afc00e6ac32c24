//! Memory that is there once, because several processes map the same.

use std::ffi::CStr;
use std::io;

use super::pause;
use crate::barrier::Barrier;
use crate::memory::{MEGABYTE, Mapping};
use crate::process::{fork, wait_for_all};

/// 300 MB that are mapped for eight children.
pub fn read_only() {
    let memory = Mapping::shared(300).touch();
    for _ in 0..8 {
        fork(|| {
            memory.look();
            pause(400);
        });
    }
    wait_for_all();
}

/// 300 MB: 200 of shared memory, and each of five children adds 20.
pub fn shared_and_added() {
    let memory = Mapping::shared(200).touch();
    let barrier = Barrier::new(5);
    for _ in 0..5 {
        fork(|| {
            memory.look();
            let _own = Mapping::private(20).touch();
            barrier.wait();
            pause(300);
        });
    }
    wait_for_all();
}

/// 230 MB: each of three children maps a memfd of 120 and a POSIX shared memory of 80, and adds 10.
pub fn memfd_and_shm() -> Result<(), String> {
    let (memfd, shm) = (memfd(120)?, posix_shared_memory(80)?);
    let barrier = Barrier::new(3);
    for _ in 0..3 {
        fork(|| {
            let _memfd = Mapping::of_file(120, memfd).touch();
            let _shm = Mapping::of_file(80, shm).touch();
            let _own = Mapping::private(10).touch();
            barrier.wait();
            pause(300);
        });
    }
    wait_for_all();
    Ok(())
}

fn memfd(megabytes: usize) -> Result<libc::c_int, String> {
    // SAFETY: the name ends with a null.
    sized(megabytes, unsafe {
        libc::memfd_create(c"memtop-bench".as_ptr(), 0)
    })
}

/// It has no name any more, so nothing of it can stay.
fn posix_shared_memory(megabytes: usize) -> Result<libc::c_int, String> {
    let name = format!("/memtop-bench-{}\0", std::process::id());
    let name = CStr::from_bytes_with_nul(name.as_bytes()).map_err(|error| error.to_string())?;
    // SAFETY: the name ends with a null.
    sized(megabytes, unsafe {
        let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL;
        let file = libc::shm_open(name.as_ptr(), flags, 0o600);
        libc::shm_unlink(name.as_ptr());
        file
    })
}

fn sized(megabytes: usize, file: libc::c_int) -> Result<libc::c_int, String> {
    let bytes = libc::off_t::try_from(megabytes * MEGABYTE).unwrap_or(libc::off_t::MAX);
    // SAFETY: ftruncate(2) touches no memory.
    if file < 0 || unsafe { libc::ftruncate(file, bytes) } < 0 {
        return Err(io::Error::last_os_error().to_string());
    }
    Ok(file)
}
