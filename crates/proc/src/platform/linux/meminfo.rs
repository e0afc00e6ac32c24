//! `/proc/meminfo`: how much memory the machine has, and how much of it is available.

use super::ProcRoot;
use super::kilobytes::required_bytes;
use super::root::read_whole;
use crate::{Error, FieldError};

/// The memory and swap of the machine, even inside a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meminfo {
    /// All memory, in bytes.
    pub total_bytes: u64,
    /// What is available without swapping, as estimated by the kernel, in bytes.
    pub available_bytes: u64,
    /// All swap, in bytes; 0 if there is none.
    pub swap_total_bytes: u64,
    /// Unused swap, in bytes.
    pub swap_free_bytes: u64,
}

impl Meminfo {
    /// Reads the file.
    ///
    /// # Errors
    /// If the file cannot be read or is not in the documented format (`proc(5)`).
    pub fn read(root: &ProcRoot) -> Result<Self, Error> {
        let mut text = Vec::new();
        root.open_file("meminfo")
            .and_then(|file| read_whole(&file, &mut text))
            .map_err(|errno| Error::system(root.path_of("meminfo"), errno))?;
        Self::parse(&text).map_err(|error| root.malformed("meminfo", error))
    }

    pub(super) fn parse(text: &[u8]) -> Result<Self, FieldError> {
        let bytes = |name| required_bytes(text, name);
        Ok(Self {
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
            Ok(Meminfo {
                total_bytes: 24_684_092 * 1024,
                available_bytes: 23_000_000 * 1024,
                swap_total_bytes: 1024 * 1024,
                swap_free_bytes: 512 * 1024,
            })
        );
    }

    #[test]
    fn an_error_names_the_field_and_its_value() {
        let message = |text: &str| Meminfo::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(message(""), "MemTotal is missing");
        assert_eq!(
            message(&TEXT.replace(" kB", "")),
            "MemTotal is \"24684092\", not a size in kB"
        );
        assert_eq!(
            message(&TEXT.replace("1024", "-1")),
            "SwapTotal is \"-1 kB\", not a size in kB"
        );
    }
}
