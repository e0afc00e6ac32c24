//! `/proc/PID/statm`: resident memory, exact and cheap.

use rustix::fd::{AsRawFd, OwnedFd, RawFd};
use rustix::io::Errno;

use super::ProcRoot;
use crate::{Error, FieldError, Reading};

/// The `statm` of a process, kept open.
///
/// The descriptor stays bound to the process: after its end, reads fail with ESRCH, even if the pid
/// was reused.
#[derive(Debug)]
pub struct StatmFile {
    pid: u32,
    file: OwnedFd,
}

impl StatmFile {
    /// `None` if the process is gone.
    pub(super) fn open(root: &ProcRoot, pid: u32) -> Result<Option<Self>, Error> {
        let name = format!("{pid}/statm");
        let file = root.unless_gone(&name, root.open_file(&name))?;
        Ok(file.map(|file| Self { pid, file }))
    }

    pub(super) fn as_raw_fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the process exists, if only as a zombie.
    pub(super) fn is_bound(&self) -> bool {
        rustix::io::pread(&self.file, &mut [0; 1], 0).is_ok()
    }

    pub(super) fn read(&self, root: &ProcRoot, page_bytes: u64) -> Result<Reading, Error> {
        // Seven numbers of at most 20 digits.
        let mut text = [0; 160];
        let length = match rustix::io::pread(&self.file, &mut text, 0) {
            Ok(length) => length,
            Err(Errno::SRCH) => return Ok(Reading::Gone),
            Err(errno) => return Err(Error::system(root.path_of(self.name()), errno)),
        };
        let (resident, shared) =
            resident_pages(&text[..length]).map_err(|error| root.malformed(&self.name(), error))?;
        Ok(Reading::Resident {
            bytes: resident.saturating_mul(page_bytes),
            shared_bytes: shared.saturating_mul(page_bytes),
        })
    }

    fn name(&self) -> String {
        format!("{}/statm", self.pid)
    }
}

/// The second and the third field of `statm`: resident pages, and those of them that belong to
/// files or to shared memory.
///
/// # Errors
/// If either is not a number.
pub fn resident_pages(text: &[u8]) -> Result<(u64, u64), FieldError> {
    let mut fields = text.split(|&byte| byte == b' ').skip(1);
    let mut pages = |name| {
        let field = fields.next().ok_or(FieldError::Missing(name))?;
        parse_pages(field)
            .ok_or_else(|| FieldError::invalid(name, field.trim_ascii_end(), "a number of pages"))
    };
    Ok((pages("resident")?, pages("shared")?))
}

/// Parses by hand, since this runs twice per process and tick.
fn parse_pages(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii_end();
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
    fn reads_the_second_and_third_field() {
        assert_eq!(resident_pages(b"2575 234 201 4 0 110 0\n"), Ok((234, 201)));
        assert_eq!(resident_pages(b"0 0 0 0 0 0 0\n"), Ok((0, 0)));
        assert_eq!(resident_pages(b"1 2 3\n"), Ok((2, 3)));
    }

    #[test]
    fn refuses_what_is_not_a_count() {
        for text in [
            "",
            "12",
            "12 ",
            "12 3",
            "12 x 4",
            "12 -3 4",
            "1 99999999999999999999 3",
            "1  2 3",
        ] {
            assert!(resident_pages(text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
