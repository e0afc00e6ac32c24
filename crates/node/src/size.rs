//! Amounts of memory.

use memtop_spawn::Size;
use napi_derive::napi;

/// An amount of memory: either bytes or percent.
#[napi(object, object_to_js = false)]
pub struct SizeOption {
    pub bytes: Option<i64>,
    /// Of the memory available to the run.
    pub percent: Option<f64>,
}

pub(crate) fn size(size: &SizeOption) -> Option<Size> {
    let bytes = size.bytes.and_then(|bytes| u64::try_from(bytes).ok());
    bytes
        .map(Size::Bytes)
        .or_else(|| size.percent.map(Size::Percent))
}
