//! What guards a run, in the units that users give.

use memtop_proc::Room;
use memtop_sampler::Thresholds;

/// An amount of memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// In bytes.
    Bytes(u64),
    /// In hundredths of what the run can have.
    Percent(f64),
}

/// What a run is guarded against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GuardOptions {
    /// Whether it is guarded at all.
    pub is_on: bool,
    /// The size to warn at.
    pub warn: Option<Size>,
    /// The size at which the run is ended.
    pub limit: Option<Size>,
}

impl Default for GuardOptions {
    fn default() -> Self {
        Self {
            is_on: true,
            warn: None,
            limit: None,
        }
    }
}

impl GuardOptions {
    /// What is allowed, in bytes. A share of something unknown allows everything.
    pub(crate) fn thresholds(&self, room: Option<&Room>) -> Thresholds {
        let bytes = |size: Size| match size {
            Size::Bytes(bytes) => Some(bytes),
            Size::Percent(percent) => room.map(|room| share(room.total_bytes, percent)),
        };
        Thresholds {
            warn_bytes: self.warn.and_then(bytes),
            limit_bytes: self.limit.and_then(bytes),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of what there is needs no more digits than a float has"
)]
fn share(total: u64, percent: f64) -> u64 {
    (total as f64 * percent / 100.0) as u64
}
