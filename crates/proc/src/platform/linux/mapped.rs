//! The pages of files and shared memory that a process maps: `maps` names the files, `pagemap` says
//! which of their pages are resident. Neither depends on which other processes map the file.

use rustix::fd::OwnedFd;

use super::ProcRoot;
use crate::{Error, FileId, MappedRange};

/// Bits of an entry of `pagemap` (`Documentation/admin-guide/mm/pagemap.rst`).
const PRESENT: u64 = 1 << 63;
const OF_A_FILE: u64 = 1 << 61;
const ENTRY: usize = 8;
/// Entries per read.
const ENTRIES: usize = 8 * 1024;

/// Appends the resident pages of one process. `None` if it is gone.
pub(super) fn mapped(
    root: &ProcRoot,
    pid: u32,
    page_bytes: u64,
    text: &mut Vec<u8>,
    ranges: &mut Vec<MappedRange>,
) -> Result<Option<()>, Error> {
    if root.read_process_list(pid, "maps", text)?.is_none() {
        return Ok(None);
    }
    let name = format!("{pid}/pagemap");
    let Some(pagemap) = root.unless_gone(&name, root.open_file(&name))? else {
        return Ok(None);
    };
    let mut entries = vec![0; ENTRIES * ENTRY];
    for line in text.split(|&byte| byte == b'\n') {
        if let Some(mapping) = Mapping::parse(line, page_bytes) {
            let read = mapping.read(&pagemap, &mut entries, ranges);
            if root.unless_gone(&name, read)?.is_none() {
                return Ok(None);
            }
        }
    }
    Ok(Some(()))
}

/// A mapping of a file into the memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mapping {
    file: FileId,
    /// Its start in the file, in pages.
    first_page: u64,
    /// Its start in memory, in pages.
    at_page: u64,
    pages: u64,
}

impl Mapping {
    /// `None` for anonymous mappings, and for devices, whose memory does not count as resident.
    fn parse(line: &[u8], page_bytes: u64) -> Option<Self> {
        let mut fields = line
            .splitn(6, |&byte| byte == b' ')
            .map(|field| std::str::from_utf8(field).unwrap_or_default());
        let (start, end) = fields.next()?.split_once('-')?;
        let (start, end) = (hexadecimal(start)?, hexadecimal(end)?);
        let offset = hexadecimal(fields.nth(1)?)?;
        let (major, minor) = fields.next()?.split_once(':')?;
        let inode = fields
            .next()?
            .parse()
            .ok()
            .filter(|&inode: &u64| inode != 0)?;
        let path = line
            .splitn(6, |&byte| byte == b' ')
            .nth(5)
            .unwrap_or_default()
            .trim_ascii_start();
        if is_device(path) {
            return None;
        }
        Some(Self {
            file: FileId {
                device: hexadecimal(major)? << 32 | hexadecimal(minor)?,
                inode,
            },
            first_page: offset / page_bytes,
            at_page: start / page_bytes,
            pages: end.checked_sub(start)? / page_bytes,
        })
    }

    fn read(
        &self,
        pagemap: &OwnedFd,
        entries: &mut [u8],
        ranges: &mut Vec<MappedRange>,
    ) -> rustix::io::Result<()> {
        let mut done = 0;
        while done < self.pages {
            let wanted =
                usize::try_from(self.pages - done).map_or(ENTRIES, |left| left.min(ENTRIES));
            let from = (self.at_page + done) * ENTRY as u64;
            let read = rustix::io::pread(pagemap, &mut entries[..wanted * ENTRY], from)? / ENTRY;
            if read == 0 {
                return Ok(());
            }
            for (number, entry) in (0..).zip(entries[..read * ENTRY].chunks_exact(ENTRY)) {
                let entry = entry.try_into().map_or(0, u64::from_ne_bytes);
                if entry & PRESENT != 0 && entry & OF_A_FILE != 0 {
                    self.append(self.first_page + done + number, ranges);
                }
            }
            done += read as u64;
        }
        Ok(())
    }

    fn append(&self, page: u64, ranges: &mut Vec<MappedRange>) {
        match ranges.last_mut() {
            Some(last) if last.file == self.file && last.first_page + last.pages == page => {
                last.pages += 1;
            }
            _ => ranges.push(MappedRange {
                file: self.file,
                first_page: page,
                pages: 1,
            }),
        }
    }
}

fn hexadecimal(digits: &str) -> Option<u64> {
    u64::from_str_radix(digits, 16).ok()
}

/// Mapped device memory is not resident memory of a process. `/dev/shm` and `/dev/zero` are shared
/// memory.
fn is_device(path: &[u8]) -> bool {
    let is_shared_memory = path.starts_with(b"/dev/shm/") || path.starts_with(b"/dev/zero");
    (path.starts_with(b"/dev/") && !is_shared_memory)
        || path.starts_with(b"anon_inode:")
        || path.starts_with(b"/dmabuf:")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{ENTRY, FileId, MappedRange, Mapping, OF_A_FILE, PRESENT, mapped};
    use crate::native::ProcRoot;

    const PAGE: u64 = 4096;

    fn parse(line: &str) -> Option<Mapping> {
        Mapping::parse(line.as_bytes(), PAGE)
    }

    #[test]
    fn a_mapping_names_its_file_and_its_place_in_it() {
        let line =
            "7f0000001000-7f0000004000 r-xp 00002000 fe:01 1234   /usr/lib/a name with spaces";
        let expected = Mapping {
            file: FileId {
                device: 0xfe << 32 | 1,
                inode: 1234,
            },
            first_page: 2,
            at_page: 0x7_f000_0001,
            pages: 3,
        };
        assert_eq!(parse(line), Some(expected));
    }

    #[test]
    fn anonymous_mappings_and_devices_are_left_out() {
        for line in [
            "",
            "7f00-8f00",
            "7ffd0000-7ffd1000 rw-p 00000000 00:00 0   [stack]",
            "7f000000-7f001000 rw-p 00000000 00:00 0 ",
            "7f000000-7f001000 rw-s 00000000 00:05 77   /dev/dri/card0",
            "7f000000-7f001000 rw-s 00000000 00:0e 77   anon_inode:[io_uring]",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
        for path in [
            "/dev/shm/x",
            "/dev/zero (deleted)",
            "/memfd:x (deleted)",
            "/SYSV0 (deleted)",
        ] {
            let line = format!("7f000000-7f001000 rw-s 00000000 00:01 77   {path}");
            assert!(parse(&line).is_some(), "{line}");
        }
    }

    #[test]
    fn resident_pages_of_the_file_are_joined_to_ranges() {
        let folder = tempfile::tempdir().unwrap();
        let process = folder.path().join("7");
        fs::create_dir(&process).unwrap();
        fs::write(
            process.join("maps"),
            "1000-6000 r--p 00003000 08:01 5   /bin/x\n",
        )
        .unwrap();
        let entries = [
            0,
            PRESENT | OF_A_FILE,
            PRESENT | OF_A_FILE,
            0,
            PRESENT,
            PRESENT | OF_A_FILE,
        ];
        let bytes: Vec<u8> = entries
            .iter()
            .flat_map(|entry| entry.to_ne_bytes())
            .collect();
        assert_eq!(bytes.len(), 6 * ENTRY);
        fs::write(process.join("pagemap"), bytes).unwrap();
        let root = ProcRoot::open(folder.path()).unwrap();
        let mut ranges = Vec::new();
        mapped(&root, 7, PAGE, &mut Vec::new(), &mut ranges)
            .unwrap()
            .unwrap();
        let file = FileId {
            device: 8 << 32 | 1,
            inode: 5,
        };
        let range = |first_page, pages| MappedRange {
            file,
            first_page,
            pages,
        };
        // The fourth is swapped out, the fifth is a private copy.
        assert_eq!(ranges, [range(3, 2), range(7, 1)]);
        assert_eq!(
            mapped(&root, 8, PAGE, &mut Vec::new(), &mut ranges).unwrap(),
            None
        );
    }
}
