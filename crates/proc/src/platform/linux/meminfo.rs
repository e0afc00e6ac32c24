//! `/proc/meminfo`: how much memory the machine has, and how much of it is to be had.

use super::ProcRoot;
use super::kilobytes::field_bytes;
use super::root::read_whole;
use crate::Error;

/// The fields that say what a run can have. In a container they are the machine's all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meminfo {
    /// All memory, in bytes.
    pub total_bytes: u64,
    /// What can be had without swapping, the kernel's own estimate, in bytes.
    pub available_bytes: u64,
    /// All swap, in bytes; 0 when there is none.
    pub swap_total_bytes: u64,
    /// What is left of it, in bytes.
    pub swap_free_bytes: u64,
}

impl Meminfo {
    /// Reads the machine's.
    ///
    /// # Errors
    /// When the file cannot be read or is not of the documented form (`proc(5)`).
    pub fn read(root: &ProcRoot) -> Result<Self, Error> {
        let mut text = Vec::new();
        root.open_file("meminfo")
            .and_then(|file| read_whole(&file, &mut text))
            .map_err(|errno| Error::system(root.path_of("meminfo"), errno))?;
        Self::parse(&text)
            .ok_or_else(|| root.malformed("meminfo", "its fields are not as documented"))
    }

    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let bytes = |name| field_bytes(text, name);
        Some(Self {
            total_bytes: bytes("MemTotal")?,
            available_bytes: bytes("MemAvailable")?,
            swap_total_bytes: bytes("SwapTotal")?,
            swap_free_bytes: bytes("SwapFree")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Meminfo;

    const TEXT: &str = "MemTotal:       24684092 kB\nMemFree:        22000000 kB\n\
                        MemAvailable:   23000000 kB\nSwapCached:            0 kB\n\
                        SwapTotal:          1024 kB\nSwapFree:            512 kB\n";

    #[test]
    fn sizes_are_in_bytes() {
        assert_eq!(
            Meminfo::parse(TEXT.as_bytes()),
            Some(Meminfo {
                total_bytes: 24_684_092 * 1024,
                available_bytes: 23_000_000 * 1024,
                swap_total_bytes: 1024 * 1024,
                swap_free_bytes: 512 * 1024,
            })
        );
    }

    #[test]
    fn text_of_another_form_is_refused() {
        assert_eq!(Meminfo::parse(b""), None);
        assert_eq!(Meminfo::parse(TEXT.replace(" kB", "").as_bytes()), None);
        assert_eq!(Meminfo::parse(TEXT.replace("1024", "-1").as_bytes()), None);
    }
}
