//! How processes were followed, as a plain JavaScript value.

use memtop_spawn::{FollowedBy, Tracking};
use napi_derive::napi;

use crate::record::whole;

/// How processes were followed.
#[napi(object, object_from_js = false)]
pub struct TrackingRecord {
    #[napi(ts_type = "'kernel' | 'ptrace' | 'connector' | 'scan'")]
    pub by: String,
    /// Why not in a better way.
    pub because: Option<String>,
    /// Stops of traced processes.
    pub stops: i64,
    /// Processes that were detached.
    pub released: i64,
    /// How often events of the kernel were lost.
    pub losses: i64,
}

impl From<Tracking> for TrackingRecord {
    fn from(tracking: Tracking) -> Self {
        let by = match tracking.by {
            FollowedBy::Kernel => "kernel",
            FollowedBy::Ptrace => "ptrace",
            FollowedBy::Connector => "connector",
            FollowedBy::Scan => "scan",
        };
        Self {
            by: by.to_owned(),
            because: tracking.because,
            stops: whole(tracking.stops),
            released: whole(tracking.released),
            losses: whole(tracking.losses),
        }
    }
}
