//! `/proc/loadavg`: the pid that was assigned last.

use rustix::fd::OwnedFd;

use super::ProcRoot;
use crate::{Error, FieldError};

/// The file, kept open.
#[derive(Debug)]
pub(super) struct Loadavg(OwnedFd);

impl Loadavg {
    pub(super) fn open(root: &ProcRoot) -> Result<Self, Error> {
        let file = root
            .open_file("loadavg")
            .map_err(|errno| Error::system(root.path_of("loadavg"), errno))?;
        Ok(Self(file))
    }

    /// The pid that was assigned last, to a process or a thread.
    pub(super) fn last_pid(&self, root: &ProcRoot) -> Result<u32, Error> {
        let mut text = [0; 128];
        let length = rustix::io::pread(&self.0, &mut text, 0)
            .map_err(|errno| Error::system(root.path_of("loadavg"), errno))?;
        parse_last_pid(&text[..length]).map_err(|error| root.malformed("loadavg", error))
    }
}

/// The last field of `loadavg`.
///
/// # Errors
/// If it is not a pid.
pub fn parse_last_pid(text: &[u8]) -> Result<u32, FieldError> {
    let text = text.trim_ascii_end();
    let last = text.rsplit(|&byte| byte == b' ').next().unwrap_or(text);
    std::str::from_utf8(last)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| FieldError::invalid("the last field", last, "a pid"))
}

#[cfg(test)]
mod tests {
    use super::parse_last_pid;

    #[test]
    fn reads_the_last_field() {
        assert_eq!(parse_last_pid(b"0.22 0.08 0.03 2/77 2770\n"), Ok(2770));
        assert!(parse_last_pid(b"\n").is_err());
        let error = parse_last_pid(b"0.22 0.08 0.03 2/77 x\n").unwrap_err();
        assert_eq!(error.to_string(), "the last field is \"x\", not a pid");
    }
}
