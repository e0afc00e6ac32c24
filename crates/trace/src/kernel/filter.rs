//! Programs for the kernel's packet filter, which decide before a message is queued.
//!
//! The filter loads numbers in network byte order, so constants are converted to it.

use libc::sock_filter;

const LOAD_U32: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const LOAD_U16: u32 = libc::BPF_LD | libc::BPF_H | libc::BPF_ABS;
const LOAD_U8: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_ABS;
const COPY_TO_X: u32 = libc::BPF_MISC | libc::BPF_TAX;
const EQUALS: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const EQUALS_X: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_X;
const IS_AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
const HAS_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

/// Bytes of a message to keep.
pub(super) const ACCEPT: u32 = u32::MAX;
pub(super) const DROP: u32 = 0;

pub(super) fn load_u32(place: usize) -> sock_filter {
    statement(LOAD_U32, at(place))
}

pub(super) fn load_u16(place: usize) -> sock_filter {
    statement(LOAD_U16, at(place))
}

pub(super) fn load_u8(place: usize) -> sock_filter {
    statement(LOAD_U8, at(place))
}

pub(super) fn copy_to_x() -> sock_filter {
    statement(COPY_TO_X, 0)
}

pub(super) fn finish(verdict: u32) -> sock_filter {
    statement(RETURN, verdict)
}

/// Skips `then` statements if the loaded number equals `number`, and `otherwise` if not.
pub(super) fn if_equals(number: u32, then: u8, otherwise: u8) -> sock_filter {
    jump(EQUALS, number.to_be(), then, otherwise)
}

/// The same, compared with the number that was copied.
pub(super) fn if_equals_x(then: u8, otherwise: u8) -> sock_filter {
    jump(EQUALS_X, 0, then, otherwise)
}

/// Whether the loaded number, which is below 256, is at least this one.
pub(super) fn if_at_least_u16(number: u8, then: u8, otherwise: u8) -> sock_filter {
    let number = u16::from(number).to_be();
    jump(IS_AT_LEAST, number.into(), then, otherwise)
}

pub(super) fn if_has_bit(bit: u8, then: u8, otherwise: u8) -> sock_filter {
    jump(HAS_BIT, bit.into(), then, otherwise)
}

fn statement(code: u32, number: u32) -> sock_filter {
    jump(code, number, 0, 0)
}

fn jump(code: u32, number: u32, then: u8, otherwise: u8) -> sock_filter {
    sock_filter {
        code: u16::try_from(code).unwrap_or(u16::MAX),
        jt: then,
        jf: otherwise,
        k: number,
    }
}

fn at(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
