//! How to sample, as JavaScript says it.

use std::time::Duration;

use memtop_sampler::{Interval, Metric};
use memtop_spawn::{GroupUse, SurvivorsUse, TraceUse};

use crate::error::{Code, Result};

/// An absent interval is the sampler's own choice.
pub(crate) fn interval(millis: Option<f64>) -> Result<Interval> {
    let Some(millis) = millis else {
        return Ok(Interval::Adaptive);
    };
    match Duration::try_from_secs_f64(millis / 1e3) {
        Ok(interval) if !interval.is_zero() => Ok(Interval::Fixed(interval)),
        _ => Err(Code::InvalidOption.error(format!("{millis} ms is no interval"))),
    }
}

pub(crate) fn metric(name: Option<&str>) -> Result<Metric> {
    match name {
        None | Some("auto") => Ok(Metric::Auto),
        Some("rss") => Ok(Metric::Rss),
        Some("pss") => Ok(Metric::Pss),
        Some(other) => Err(Code::InvalidOption.error(format!("{other} is no metric"))),
    }
}

pub(crate) fn group_use(name: Option<&str>) -> Result<GroupUse> {
    match name {
        None | Some("auto") => Ok(GroupUse::Auto),
        Some("on") => Ok(GroupUse::On),
        Some("off") => Ok(GroupUse::Off),
        Some(other) => Err(Code::InvalidOption.error(format!("{other} is no use of a group"))),
    }
}

pub(crate) fn trace_use(name: Option<&str>) -> Result<TraceUse> {
    match name {
        None | Some("auto") => Ok(TraceUse::Auto),
        Some("on") => Ok(TraceUse::On),
        Some("off") => Ok(TraceUse::Off),
        Some(other) => Err(Code::InvalidOption.error(format!("{other} is no use of tracing"))),
    }
}

pub(crate) fn survivors_use(name: Option<&str>) -> Result<SurvivorsUse> {
    match name {
        None | Some("leave") => Ok(SurvivorsUse::Leave),
        Some("wait") => Ok(SurvivorsUse::Wait),
        Some("kill") => Ok(SurvivorsUse::Kill),
        Some(other) => {
            Err(Code::InvalidOption.error(format!("{other} is nothing to do with survivors")))
        }
    }
}

pub(crate) fn duration(millis: Option<f64>) -> Result<Option<Duration>> {
    let duration = |millis: f64| {
        Duration::try_from_secs_f64(millis / 1e3)
            .map_err(|_| Code::InvalidOption.error(format!("{millis} ms is no time")))
    };
    millis.map(duration).transpose()
}
