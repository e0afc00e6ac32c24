//! The one line that is printed.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// Sizes are in bytes.
pub struct Report {
    /// Not known of a group that was removed meanwhile.
    pub max_usage: Option<u64>,
    pub anon_peak: u64,
    pub needed_peak: u64,
    pub pss_poll: u64,
    pub rss_poll: u64,
    pub largest: u64,
    pub looks: u64,
    pub longest_gap: Duration,
    pub duration: Duration,
    pub code: i32,
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{{\"neededPeakBytes\":{},\"anonPeakBytes\":{},",
            self.needed_peak, self.anon_peak,
        )?;
        if let Some(bytes) = self.max_usage {
            write!(formatter, "\"maxUsageBytes\":{bytes},")?;
        }
        write!(
            formatter,
            "\"pssPoll100Bytes\":{},\"rssPoll100Bytes\":{},\"largestBytes\":{},\
             \"mappedLooks\":{},\"longestGapMs\":{:.1},\"durationMs\":{},\"exitCode\":{}}}",
            self.pss_poll,
            self.rss_poll,
            self.largest,
            self.looks,
            self.longest_gap.as_secs_f64() * 1000.0,
            self.duration.as_millis(),
            self.code,
        )
    }
}
