//! Variable-length integers: seven bits per byte, the lowest first (LEB128).

pub(crate) fn put(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Zigzag encoding: small numbers of either sign become small unsigned ones.
pub(crate) fn put_signed(bytes: &mut Vec<u8>, value: i64) {
    put(bytes, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Removes and returns the first number. `None` if it is missing or incomplete.
pub(crate) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

pub(crate) fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let value = take(bytes)?;
    Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::{put, put_signed, take, take_signed};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_put_is_taken_in_the_same_order(values: Vec<(u64, i64)>) {
            let mut bytes = Vec::new();
            for &(value, signed) in &values {
                put(&mut bytes, value);
                put_signed(&mut bytes, signed);
            }
            let mut rest = bytes.as_slice();
            for &(value, signed) in &values {
                prop_assert_eq!(take(&mut rest), Some(value));
                prop_assert_eq!(take_signed(&mut rest), Some(signed));
            }
            prop_assert!(rest.is_empty());
            prop_assert_eq!(take(&mut rest), None);
        }

        #[test]
        fn any_bytes_can_be_tried(bytes: Vec<u8>) {
            let mut rest = bytes.as_slice();
            while take(&mut rest).is_some() {}
        }
    }

    #[test]
    fn small_numbers_need_one_byte() {
        for value in [-64, -1, 0, 1, 63] {
            let mut bytes = Vec::new();
            put_signed(&mut bytes, value);
            assert_eq!(bytes.len(), 1, "{value}");
        }
    }

    #[test]
    fn an_incomplete_number_is_none() {
        assert_eq!(take(&mut [0x80_u8].as_slice()), None);
    }
}
