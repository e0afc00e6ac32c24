//! A look at all processes of a group: the pages of files and shared memory that they have mapped.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use super::maps::file_mapping;
use super::union::{PAGE_BYTES, PageUnion};

/// Entries of the pagemap that are read at once.
const ENTRIES_AT_ONCE: u64 = 32 << 10;
const ENTRY_BYTES: u64 = 8;

/// The sum of what they have mapped. A process that has ended meanwhile counts as nothing.
pub fn mapped_bytes(processes: &[u32]) -> u64 {
    let mut union = PageUnion::default();
    for &pid in processes {
        add_process(&mut union, pid);
    }
    union.bytes()
}

fn add_process(union: &mut PageUnion, pid: u32) {
    let folder = format!("/proc/{pid}");
    if add_address_space(union, &folder) {
        return;
    }
    // A thread that leads no more has given its memory up; the others have it still.
    let Ok(threads) = fs::read_dir(format!("{folder}/task")) else {
        return;
    };
    for thread in threads.flatten() {
        if thread
            .path()
            .to_str()
            .is_some_and(|path| add_address_space(union, path))
        {
            return;
        }
    }
}

/// Whether there is one.
fn add_address_space(union: &mut PageUnion, folder: &str) -> bool {
    let Ok(maps) = fs::read(format!("{folder}/maps")) else {
        return false;
    };
    let Ok(pagemap) = File::open(format!("{folder}/pagemap")) else {
        return false;
    };
    let maps = String::from_utf8_lossy(&maps);
    let mut bytes = Vec::new();
    let mut entries = Vec::new();
    for mapping in maps.lines().filter_map(file_mapping) {
        let (mut page, end) = (mapping.start / PAGE_BYTES, mapping.end / PAGE_BYTES);
        let mut page_of_file = mapping.offset / PAGE_BYTES;
        while page < end {
            let wanted = (end - page).min(ENTRIES_AT_ONCE);
            bytes.resize(usize::try_from(wanted * ENTRY_BYTES).unwrap_or(0), 0);
            let read = pagemap.read_at(&mut bytes, page * ENTRY_BYTES).unwrap_or(0);
            entries.clear();
            let (whole, _) = bytes[..read].as_chunks();
            entries.extend(whole.iter().map(|&entry| u64::from_ne_bytes(entry)));
            if entries.is_empty() {
                break;
            }
            union.add(mapping.device, mapping.inode, page_of_file, &entries);
            page += entries.len() as u64;
            page_of_file += entries.len() as u64;
        }
    }
    !maps.is_empty()
}
