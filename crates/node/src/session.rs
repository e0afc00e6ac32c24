//! What a run of one command and one of several have in common.

use std::time::Duration;

use memtop_spawn::{GuardOptions, Options};
use napi_derive::napi;

use crate::error::Result;
use crate::options;
use crate::rules::{RulesOption, rules};
use crate::size::{SizeOption, size};

/// How long those that are told to end may take, when nothing else is asked for.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// How commands are run and measured.
#[napi(object, object_to_js = false)]
pub struct SessionOptions {
    /// The sampler's own choice when absent.
    pub interval_ms: Option<f64>,
    #[napi(ts_type = "'auto' | 'rss' | 'pss'")]
    pub metric: Option<String>,
    #[napi(ts_type = "'auto' | 'on' | 'off'")]
    pub cgroup: Option<String>,
    #[napi(ts_type = "'auto' | 'on' | 'off'")]
    pub trace: Option<String>,
    /// When all are ended if they have not ended by then.
    pub timeout_ms: Option<f64>,
    /// How long those that are told to end may take.
    pub grace_ms: Option<f64>,
    /// What becomes of those that outlive their command.
    #[napi(ts_type = "'leave' | 'wait' | 'kill'")]
    pub survivors: Option<String>,
    /// What ends all for their memory: false for nothing.
    pub guard: Option<bool>,
    pub warn: Option<SizeOption>,
    pub limit: Option<SizeOption>,
    /// Whether this process is there for the commands alone, and has no other children: signals to
    /// it are handed on, and orphans of the commands become its children.
    pub stands_in: bool,
    /// Descriptors that this process has opened for itself. With `standsIn` all others that it was
    /// started with are passed on to the commands.
    pub own_descriptors: Vec<i32>,
    /// By which tasks are told apart inside each command.
    pub rules: Option<RulesOption>,
}

impl SessionOptions {
    pub(crate) fn checked(self) -> Result<Options> {
        Ok(Options {
            interval: options::interval(self.interval_ms)?,
            metric: options::metric(self.metric.as_deref())?,
            group: options::group_use(self.cgroup.as_deref())?,
            trace: options::trace_use(self.trace.as_deref())?,
            timeout: options::duration(self.timeout_ms)?,
            grace: options::duration(self.grace_ms)?.unwrap_or(GRACE),
            survivors: options::survivors_use(self.survivors.as_deref())?,
            guard: guard(self.guard, self.warn.as_ref(), self.limit.as_ref()),
            own_death_signal: memtop_spawn::own_death_signal().filter(|_| self.stands_in),
            stands_in: self.stands_in,
            own_descriptors: self.own_descriptors,
            rules: rules(self.rules)?,
            ..Options::default()
        })
    }
}

pub(crate) fn guard(
    is_on: Option<bool>,
    warn: Option<&SizeOption>,
    limit: Option<&SizeOption>,
) -> GuardOptions {
    GuardOptions {
        is_on: is_on.unwrap_or(true),
        warn: warn.and_then(size),
        limit: limit.and_then(size),
    }
}
