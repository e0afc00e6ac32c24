//! Converts options of sampling from JavaScript values.

use std::time::Duration;

use memtop_sampler::{Interval, Metric};
use memtop_spawn::{GroupUse, SurvivorsUse, TraceUse};

use crate::error::{Code, Result};

/// An absent interval means that the sampler adapts it.
pub(crate) fn interval(millis: Option<f64>) -> Result<Interval> {
    let Some(millis) = millis else {
        return Ok(Interval::Adaptive);
    };
    match Duration::try_from_secs_f64(millis / 1e3) {
        Ok(interval) if !interval.is_zero() => Ok(Interval::Fixed(interval)),
        _ => Err(Code::InvalidOption.error(format!("{millis} ms is not a valid interval"))),
    }
}

pub(crate) fn metric(name: Option<&str>) -> Result<Metric> {
    match name {
        None | Some("auto") => Ok(Metric::Auto),
        Some("rss") => Ok(Metric::Rss),
        Some("pss") => Ok(Metric::Pss),
        Some(other) => Err(Code::InvalidOption.error(format!("unknown metric: {other}"))),
    }
}

pub(crate) fn group_use(name: Option<&str>) -> Result<GroupUse> {
    match name {
        None | Some("auto") => Ok(GroupUse::Auto),
        Some("on") => Ok(GroupUse::On),
        Some("off") => Ok(GroupUse::Off),
        Some(other) => Err(Code::InvalidOption.error(format!("unknown use of cgroups: {other}"))),
    }
}

pub(crate) fn trace_use(name: Option<&str>) -> Result<TraceUse> {
    match name {
        None | Some("auto") => Ok(TraceUse::Auto),
        Some("kernel") => Ok(TraceUse::Kernel),
        Some("ptrace" | "on") => Ok(TraceUse::Ptrace),
        Some("off") => Ok(TraceUse::Off),
        Some(other) => Err(Code::InvalidOption.error(format!("unknown use of tracing: {other}"))),
    }
}

pub(crate) fn survivors_use(name: Option<&str>) -> Result<SurvivorsUse> {
    match name {
        None | Some("leave") => Ok(SurvivorsUse::Leave),
        Some("wait") => Ok(SurvivorsUse::Wait),
        Some("kill") => Ok(SurvivorsUse::Kill),
        Some(other) => {
            Err(Code::InvalidOption.error(format!("unknown treatment of survivors: {other}")))
        }
    }
}

pub(crate) fn duration(millis: Option<f64>) -> Result<Option<Duration>> {
    let duration = |millis: f64| {
        Duration::try_from_secs_f64(millis / 1e3)
            .map_err(|_| Code::InvalidOption.error(format!("{millis} ms is not a valid duration")))
    };
    millis.map(duration).transpose()
}
