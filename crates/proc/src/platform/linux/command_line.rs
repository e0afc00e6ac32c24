//! `/proc/PID/cmdline`: the arguments that a process was started with.

/// Longer command lines are truncated.
pub(super) const COMMAND_LINE_BYTES: usize = 4096;

/// Splits arguments terminated by NUL. A process may have overwritten them with other text.
#[must_use]
pub fn split_arguments(text: &[u8]) -> Vec<String> {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    text.split(|&byte| byte == 0)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split_arguments;

    #[test]
    fn arguments_may_be_empty_or_not_text() {
        assert_eq!(split_arguments(b"printf\0%s\0\0"), ["printf", "%s", ""]);
        assert_eq!(split_arguments(b"a\0\xff\0"), ["a", "\u{fffd}"]);
        assert!(split_arguments(b"").is_empty());
        assert_eq!(split_arguments(b"title without end"), ["title without end"]);
    }
}
