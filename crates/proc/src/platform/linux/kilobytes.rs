//! Fields of `status`, `smaps_rollup` and `meminfo` that are sizes: `1234 kB`.

use super::fields::field;
use crate::FieldError;

/// The value of one field in bytes. `None` if it is missing or malformed.
pub(super) fn field_bytes(text: &[u8], name: &str) -> Option<u64> {
    parse_kilobytes(field(text, name)?)
}

/// The value of one field in bytes.
pub(super) fn required_bytes(text: &[u8], name: &'static str) -> Result<u64, FieldError> {
    let value = field(text, name).ok_or(FieldError::Missing(name))?;
    parse_kilobytes(value)
        .ok_or_else(|| FieldError::invalid(name, value.as_bytes(), "a size in kB"))
}

fn parse_kilobytes(value: &str) -> Option<u64> {
    let kilobytes: u64 = value.strip_suffix(" kB")?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::field_bytes;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = b"VmPeak:\t 9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 1000 kB\n";
        assert_eq!(field_bytes(text, "VmHWM"), Some(1234 * 1024));
        assert_eq!(field_bytes(text, "Vm"), None);
        assert_eq!(field_bytes(text, "VmSwap"), None);
    }

    #[test]
    fn a_malformed_size_is_refused() {
        for text in [
            "Pss:",
            "Pss: kB",
            "Pss: 1",
            "Pss: -1 kB",
            "Pss: 99999999999999999999 kB",
        ] {
            assert_eq!(field_bytes(text.as_bytes(), "Pss"), None, "{text}");
        }
    }
}
