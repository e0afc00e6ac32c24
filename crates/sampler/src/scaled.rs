//! A part of a number of bytes, in proportion.

/// `bytes` times `part` over `whole`.
pub(crate) fn scaled(bytes: u64, part: u64, whole: u64) -> u64 {
    let scaled = u128::from(bytes) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}
