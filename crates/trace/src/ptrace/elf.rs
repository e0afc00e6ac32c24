//! Dynamic symbols and libraries of a program that indicate that it uses `ptrace(2)`.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// No real program has a larger string table.
const MAX_TABLE_BYTES: u64 = 64 << 20;

/// The function itself, and the sanitizer libraries that make the system call directly.
const TRACING_NAMES: [&[u8]; 3] = [b"ptrace", b"liblsan.so", b"libasan.so"];

/// Whether a program may trace other processes or itself, by its dynamic symbols and libraries.
/// False if the file is not a program or cannot be read.
pub(crate) fn names_tracing(file: &File) -> bool {
    dynamic_names(file).is_some_and(|names| contains_tracing_name(&names))
}

fn contains_tracing_name(names: &[u8]) -> bool {
    names.split(|&byte| byte == 0).any(|name| {
        TRACING_NAMES.iter().any(|tracing| {
            name == *tracing || (tracing.starts_with(b"lib") && name.starts_with(tracing))
        })
    })
}

/// The `.dynstr` section of a 64-bit little-endian ELF file.
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
    // The names are in the section that the symbol table links to.
    let names = section(u64::from(u32_at(&symbols, 40)))?;
    let (at, length) = (u64_at(&names, 24), u64_at(&names, 32));
    if length > MAX_TABLE_BYTES {
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
    use super::{contains_tracing_name, dynamic_names, names_tracing};
    use std::fs::File;

    #[test]
    fn a_real_programs_names_are_read() {
        let names = dynamic_names(&File::open("/bin/sh").unwrap()).unwrap();
        assert!(names.split(|&byte| byte == 0).any(|name| name == b"execve"));
        assert!(!names_tracing(&File::open("/bin/sh").unwrap()));
    }

    #[test]
    fn other_files_have_no_names() {
        assert!(!names_tracing(&File::open("/etc/passwd").unwrap()));
        assert!(!names_tracing(&File::open("/dev/null").unwrap()));
    }

    #[test]
    fn a_sanitizer_is_recognized_by_its_library() {
        assert!(contains_tracing_name(b"\0malloc\0libasan.so.8\0"));
        assert!(contains_tracing_name(b"\0ptrace\0"));
        assert!(!contains_tracing_name(b"\0ptraced\0xptrace\0"));
    }
}
