//! The names that a program takes from and gives to its libraries, as far as they say that it
//! traces.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Names longer than this together are no table of a real program.
const LONGEST_TABLE: u64 = 64 << 20;

/// The function itself, and the libraries of sanitizers that use the system call directly.
const TELLING: [&[u8]; 3] = [b"ptrace", b"liblsan.so", b"libasan.so"];

/// Whether the dynamic names of a program tell that it may trace others or itself. False for what
/// is no such program or cannot be read.
pub(crate) fn names_tracing(file: &File) -> bool {
    dynamic_names(file).is_some_and(|names| tells(&names))
}

fn tells(names: &[u8]) -> bool {
    names.split(|&byte| byte == 0).any(|name| {
        TELLING.iter().any(|telling| {
            name == *telling || (telling.starts_with(b"lib") && name.starts_with(telling))
        })
    })
}

/// The `.dynstr` table of a 64-bit little-endian ELF file, found by way of its section headers.
fn dynamic_names(file: &File) -> Option<Vec<u8>> {
    const SHT_DYNSYM: u32 = 11;
    let header: [u8; 64] = read(file, 0)?;
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let sections_at = u64_at(&header, 40);
    let size = u64::from(u16_at(&header, 58));
    let count = u16_at(&header, 60);
    let section = |index: u64| -> Option<[u8; 64]> {
        read(file, sections_at.checked_add(index.checked_mul(size)?)?)
    };
    let symbols = (0..u64::from(count))
        .filter_map(section)
        .find(|section| u32_at(section, 4) == SHT_DYNSYM)?;
    // The symbols' names are in the section that this one links to.
    let names = section(u64::from(u32_at(&symbols, 40)))?;
    let (at, length) = (u64_at(&names, 24), u64_at(&names, 32));
    if length > LONGEST_TABLE {
        return None;
    }
    let mut text = vec![0; usize::try_from(length).ok()?];
    file.read_exact_at(&mut text, at).ok()?;
    Some(text)
}

fn read<const N: usize>(file: &File, at: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact_at(&mut bytes, at).ok()?;
    Some(bytes)
}

fn u16_at(bytes: &[u8; 64], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8; 64], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8; 64], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::{dynamic_names, names_tracing, tells};
    use std::fs::File;

    #[test]
    fn a_real_programs_names_are_read() {
        let names = dynamic_names(&File::open("/bin/sh").unwrap()).unwrap();
        assert!(names.split(|&byte| byte == 0).any(|name| name == b"execve"));
        assert!(!names_tracing(&File::open("/bin/sh").unwrap()));
    }

    #[test]
    fn what_is_no_program_names_nothing() {
        assert!(!names_tracing(&File::open("/etc/passwd").unwrap()));
        assert!(!names_tracing(&File::open("/dev/null").unwrap()));
    }

    #[test]
    fn a_sanitizer_is_told_by_its_library() {
        assert!(tells(b"\0malloc\0libasan.so.8\0"));
        assert!(tells(b"\0ptrace\0"));
        assert!(!tells(b"\0ptraced\0xptrace\0"));
    }
}
