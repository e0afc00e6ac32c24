//! The format of `status` and similar files: lines of `Name:` and a value.

use crate::FieldError;

impl FieldError {
    pub(in crate::platform::native) fn invalid(
        field: &'static str,
        found: &[u8],
        expected: &'static str,
    ) -> Self {
        Self::Invalid {
            field,
            found: String::from_utf8_lossy(found).into_owned(),
            expected,
        }
    }
}

/// The trimmed value of one field. `None` if it is missing or not UTF-8.
#[must_use]
pub fn field<'text>(text: &'text [u8], name: &str) -> Option<&'text str> {
    let value = text
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"))?;
    std::str::from_utf8(value.trim_ascii()).ok()
}

/// The value of a field that is a bit set, such as `CapEff` or `SigIgn`.
#[must_use]
pub fn field_bits(text: &[u8], name: &str) -> Option<u64> {
    u64::from_str_radix(field(text, name)?, 16).ok()
}

/// Whether a signal is in a signal set of `status`, such as `SigIgn`.
#[must_use]
pub fn field_has_signal(text: &[u8], name: &str, signal: i32) -> Option<bool> {
    let place = u32::try_from(signal).ok()?.checked_sub(1)?;
    Some(field_bits(text, name)?.checked_shr(place).unwrap_or(0) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::{field, field_bits, field_has_signal};

    const STATUS: &[u8] =
        b"Name:\ta b\nTgid:\t12\nPPid:\t1\nSigIgn:\t0000000000080001\nSigCgt:\tx\n\xff:\n";

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        assert_eq!(field(STATUS, "Name"), Some("a b"));
        assert_eq!(field(STATUS, "Tgid"), Some("12"));
        assert_eq!(field(STATUS, "Tg"), None);
        assert_eq!(field(STATUS, "NoNewPrivs"), None);
    }

    #[test]
    fn members_of_a_set_are_found() {
        assert_eq!(field_bits(STATUS, "SigIgn"), Some(0x8_0001));
        assert_eq!(field_has_signal(STATUS, "SigIgn", libc::SIGHUP), Some(true));
        assert_eq!(
            field_has_signal(STATUS, "SigIgn", libc::SIGTSTP),
            Some(true)
        );
        assert_eq!(
            field_has_signal(STATUS, "SigIgn", libc::SIGINT),
            Some(false)
        );
        assert_eq!(field_has_signal(STATUS, "SigIgn", 65), Some(false));
        assert_eq!(field_has_signal(STATUS, "SigIgn", 0), None);
        assert_eq!(field_has_signal(STATUS, "SigCgt", libc::SIGHUP), None);
    }
}
