//! The options shared by runs of one command and of several.

use std::time::Duration;

use memtop_spawn::{GuardOptions, Options};
use napi_derive::napi;

use crate::error::Result;
use crate::options;
use crate::rules::{RulesOption, rules};
use crate::size::{SizeOption, size};

/// The default grace period.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// How commands are run and measured.
#[napi(object, object_to_js = false)]
pub struct SessionOptions {
    /// Adapted by the sampler if absent.
    pub interval_ms: Option<f64>,
    #[napi(ts_type = "'auto' | 'rss' | 'pss'")]
    pub metric: Option<String>,
    #[napi(ts_type = "'auto' | 'on' | 'off'")]
    pub cgroup: Option<String>,
    #[napi(ts_type = "'auto' | 'kernel' | 'ptrace' | 'on' | 'off'")]
    pub trace: Option<String>,
    /// Time after which the run is killed.
    pub timeout_ms: Option<f64>,
    /// Time between terminating and killing processes.
    pub grace_ms: Option<f64>,
    /// What to do with processes that outlive their command.
    #[napi(ts_type = "'leave' | 'wait' | 'kill'")]
    pub survivors: Option<String>,
    /// Whether the run is killed if it uses too much memory.
    pub guard: Option<bool>,
    pub warn: Option<SizeOption>,
    pub limit: Option<SizeOption>,
    /// Whether this process exists only for the commands and has no other children. Then it
    /// forwards signals to them and adopts their orphans.
    pub stands_in: bool,
    /// Descriptors that this process has opened for itself. With `standsIn` all others that it
    /// inherited are passed on to the commands.
    pub own_descriptors: Vec<i32>,
    /// The rules that assign processes to tasks.
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
