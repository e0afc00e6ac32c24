//! `/proc/PID/statm`: resident memory, exact and cheap.

use rustix::fd::OwnedFd;
use rustix::io::Errno;

use super::ProcRoot;
use crate::{Error, Reading};

/// A descriptor of one process's `statm`.
///
/// It stays bound to the process that it was opened for: after that process's end it answers
/// ESRCH, even when the pid has been given to another.
#[derive(Debug)]
pub struct KeptStatm {
    pid: u32,
    file: OwnedFd,
}

impl KeptStatm {
    /// `None` when the process is gone.
    pub(super) fn open(root: &ProcRoot, pid: u32) -> Result<Option<Self>, Error> {
        let name = format!("{pid}/statm");
        let file = root.unless_gone(&name, root.open_file(&name))?;
        Ok(file.map(|file| Self { pid, file }))
    }

    pub(super) fn read(&self, root: &ProcRoot, page_bytes: u64) -> Result<Reading, Error> {
        // Seven numbers of at most 20 digits.
        let mut text = [0; 160];
        let length = match rustix::io::pread(&self.file, &mut text, 0) {
            Ok(length) => length,
            Err(Errno::SRCH) => return Ok(Reading::Gone),
            Err(errno) => return Err(Error::system(self.path(root), errno)),
        };
        match resident_pages(&text[..length]) {
            Some(pages) => Ok(Reading::Resident(pages.saturating_mul(page_bytes))),
            None => Err(Error::Malformed {
                path: self.path(root),
                reason: "its second field is not a number of pages",
            }),
        }
    }

    fn path(&self, root: &ProcRoot) -> std::path::PathBuf {
        root.path_of(format!("{}/statm", self.pid))
    }
}

/// The second field of `statm`: resident pages.
#[must_use]
pub fn resident_pages(text: &[u8]) -> Option<u64> {
    let mut fields = text.split(|&byte| byte == b' ');
    let digits = fields.nth(1)?.trim_ascii_end();
    // By hand, because this runs once per process and tick.
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, &byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then_some(())?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::resident_pages;

    #[test]
    fn reads_the_second_field() {
        assert_eq!(resident_pages(b"2575 234 201 4 0 110 0\n"), Some(234));
        assert_eq!(resident_pages(b"0 0 0 0 0 0 0\n"), Some(0));
        assert_eq!(resident_pages(b"1 2\n"), Some(2));
    }

    #[test]
    fn refuses_what_is_not_a_count() {
        for text in [
            "",
            "12",
            "12 ",
            "12 x",
            "12 -3 4",
            "1 99999999999999999999 3",
            "1  2",
        ] {
            assert_eq!(resident_pages(text.as_bytes()), None, "{text:?}");
        }
    }
}
