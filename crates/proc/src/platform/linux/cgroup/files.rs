//! Reads and writes the files of a group.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use rustix::io::Errno;

use crate::{Error, FieldError};

/// The whole text. `None` if the file does not exist, is not supported by this kernel, or the group
/// has been removed.
pub(super) fn text(path: &Path) -> Result<Option<String>, Error> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(Error::system(path, error)),
    }
}

/// The number that a file consists of.
pub(super) fn number(path: &Path) -> Result<Option<u64>, Error> {
    text(path)?
        .map(|text| parse_number(path, &text))
        .transpose()
}

pub(super) fn parse_number(path: &Path, text: &str) -> Result<u64, Error> {
    let text = text.trim();
    text.parse()
        .map_err(|_| invalid_value(path, text, "a number"))
}

/// The number after a key at the start of a line, as in `memory.stat`.
pub(super) fn keyed(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(' ')?;
        (name == key).then(|| value.trim().parse().ok())?
    })
}

/// Whether a file of words, such as `cgroup.controllers`, contains this one. False without a file.
pub(super) fn has_word(path: &Path, word: &str) -> bool {
    text(path)
        .ok()
        .flatten()
        .is_some_and(|text| text.split_ascii_whitespace().any(|found| found == word))
}

/// Writes in a single call, as the kernel requires. Does not create the file.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .open(path)?
        .write_all(text.as_bytes())
}

/// The error of a file that has a single value.
pub(super) fn invalid_value(path: &Path, value: &str, expected: &'static str) -> Error {
    Error::Malformed {
        path: path.to_owned(),
        source: FieldError::invalid("the value", value.as_bytes(), expected),
    }
}

/// ENODEV: the group was removed after the file was opened. EOPNOTSUPP: the file exists, but its
/// content is disabled, such as pressure with `psi=0` or the members of a threaded group.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::NOENT | Errno::NOTDIR | Errno::NODEV | Errno::OPNOTSUPP)
    )
}

#[cfg(test)]
mod tests {
    use super::keyed;

    #[test]
    fn a_key_is_a_whole_word_at_the_start_of_a_line() {
        let text = "anon_thp 1\nanon 4096\nbroken\nfile x\n";
        assert_eq!(keyed(text, "anon"), Some(4096));
        assert_eq!(keyed(text, "file"), None);
        assert_eq!(keyed(text, "thp"), None);
        assert_eq!(keyed(text, "broken"), None);
    }
}
