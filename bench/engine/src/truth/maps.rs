//! Lines of `/proc/PID/maps`: which mappings show pages of a file or of shared memory.

/// Memory of devices is none of the machine's; these two are shared memory all the same.
const SHARED_MEMORY_IN_DEV: [&str; 2] = ["/dev/shm/", "/dev/zero"];

/// A mapping of something that has an inode.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub struct FileMapping<'a> {
    pub start: u64,
    pub end: u64,
    /// Bytes from the beginning of the file.
    pub offset: u64,
    /// As the kernel writes it.
    pub device: &'a str,
    pub inode: u64,
}

/// Nothing for anonymous memory and for mappings of devices.
pub fn file_mapping(line: &str) -> Option<FileMapping<'_>> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let _access = fields.next()?;
    let offset = fields.next()?;
    let device = fields.next()?;
    let inode = fields.next()?.parse().ok()?;
    let path = fields.next().unwrap_or_default().trim_start();
    let is_device = path.starts_with("/dev/")
        && !SHARED_MEMORY_IN_DEV
            .iter()
            .any(|there| path.starts_with(there));
    let is_kernels = path.starts_with('[') && path != "[heap]" && path != "[stack]";
    if inode == 0 || is_device || is_kernels {
        return None;
    }
    let hexadecimal = |text| u64::from_str_radix(text, 16).ok();
    Some(FileMapping {
        start: hexadecimal(start)?,
        end: hexadecimal(end)?,
        offset: hexadecimal(offset)?,
        device,
        inode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_range_and_its_inode() {
        let line = "55d0a000-55d0c000 r-xp 00002000 fe:00 1835064    /usr/bin/a program (deleted)";
        let expected = FileMapping {
            start: 0x55d0_a000,
            end: 0x55d0_c000,
            offset: 0x2000,
            device: "fe:00",
            inode: 1_835_064,
        };
        assert_eq!(file_mapping(line), Some(expected));
    }

    #[test]
    fn shared_memory_counts() {
        for path in [
            "/dev/zero (deleted)",
            "/dev/shm/a",
            "/memfd:a (deleted)",
            "/SYSV00000000 (deleted)",
        ] {
            let line = format!("7f00000000-7f00001000 rw-s 00000000 00:01 1029    {path}");
            assert!(file_mapping(&line).is_some(), "{path}");
        }
    }

    #[test]
    fn devices_and_anonymous_memory_do_not() {
        for line in [
            "7f00000000-7f00001000 rw-s 00000000 00:06 412    /dev/dri/card0",
            "7f00000000-7f00001000 rw-p 00000000 00:00 0 ",
            "7f00000000-7f00001000 rw-p 00000000 00:00 0    [heap]",
            "7f00000000-7f00001000 r--p 00000000 00:00 0    [vvar]",
        ] {
            assert_eq!(file_mapping(line), None, "{line}");
        }
    }

    #[test]
    fn half_a_line_is_nothing() {
        assert_eq!(file_mapping("7f00000000-7f0000"), None);
        assert_eq!(file_mapping(""), None);
    }
}
