//! `/proc/loadavg`: the pid that was given out last.

use rustix::fd::OwnedFd;

use super::ProcRoot;
use crate::Error;

/// A kept descriptor of the file.
#[derive(Debug)]
pub(super) struct Loadavg(OwnedFd);

impl Loadavg {
    pub(super) fn open(root: &ProcRoot) -> Result<Self, Error> {
        let file = root
            .open_file("loadavg")
            .map_err(|errno| Error::system(root.path_of("loadavg"), errno))?;
        Ok(Self(file))
    }

    /// The last pid given out, to a process or a thread.
    pub(super) fn last_pid(&self, root: &ProcRoot) -> Result<u32, Error> {
        let mut text = [0; 128];
        let length = rustix::io::pread(&self.0, &mut text, 0)
            .map_err(|errno| Error::system(root.path_of("loadavg"), errno))?;
        parse_last_pid(&text[..length])
            .ok_or_else(|| root.malformed("loadavg", "its last field is not a pid"))
    }
}

/// The last field of `loadavg`.
#[must_use]
pub fn parse_last_pid(text: &[u8]) -> Option<u32> {
    let last = text.trim_ascii_end().rsplit(|&byte| byte == b' ').next()?;
    std::str::from_utf8(last).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_last_pid;

    #[test]
    fn reads_the_last_field() {
        assert_eq!(parse_last_pid(b"0.22 0.08 0.03 2/77 2770\n"), Some(2770));
        assert_eq!(parse_last_pid(b"\n"), None);
        assert_eq!(parse_last_pid(b"0.22 0.08 0.03 2/77 x\n"), None);
    }
}
