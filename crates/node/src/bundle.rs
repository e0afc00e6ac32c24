//! A run of several commands, as an object of JavaScript.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use memtop_proc::native::BootTime;
use memtop_spawn::{Bundle, BundleTask};
use memtop_terminal::View;
use napi::Env;
use napi::bindgen_prelude::{Buffer, FnArgs, Function, Object};
use napi_derive::napi;

use crate::alarm::AlarmRecord;
use crate::command::{CommandOptions, ViewSize, command, shown_size, streams};
use crate::deferred::Deferred;
use crate::error::{self, Result};
use crate::events::{Listener, Reader};
use crate::options;
use crate::record::whole;
use crate::run::NativeRun;
use crate::run_end::RunEnd;
use crate::session::{SessionOptions, guard};
use crate::size::SizeOption;
use crate::snapshot::SnapshotRecord;

/// The limits of one task.
#[napi(object, object_to_js = false)]
pub struct BundleTaskOptions {
    pub guard: Option<bool>,
    pub warn: Option<SizeOption>,
    pub limit: Option<SizeOption>,
}

/// A run of several commands.
#[napi]
pub struct NativeBundle {
    pub(crate) bundle: Bundle,
    view: Option<Arc<View>>,
    end: Deferred<RunEnd>,
}

#[napi]
impl NativeBundle {
    /// With `is_viewed` lines can be shown below the output of commands whose streams are those of
    /// this process, where that goes to the controlling terminal and this process is in front there.
    ///
    /// # Errors
    /// When the operating system does not give what is needed for it.
    // Node-API passes arguments by value.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(constructor)]
    pub fn new(
        options: SessionOptions,
        on_alarm: Function<'_, FnArgs<(AlarmRecord,)>, ()>,
        is_viewed: bool,
    ) -> Result<Self> {
        let on_alarm = Listener::new(&on_alarm)?;
        let options = options.checked()?;
        let (streams, controls) = streams(is_viewed.then_some("view"), None, None)?;
        let on_alarm = move |alarm: &memtop_sampler::Alarm| on_alarm.call((alarm.into(),).into());
        let bundle = Bundle::start(options, streams, on_alarm);
        let bundle = bundle.map_err(|error| error::of_spawn(&error))?;
        Ok(Self {
            bundle,
            view: controls.view,
            end: Deferred::new(),
        })
    }

    /// Opens a task.
    ///
    /// # Errors
    /// When there can be no listener.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn task(
        &self,
        options: BundleTaskOptions,
        on_alarm: Function<'_, FnArgs<(AlarmRecord,)>, ()>,
    ) -> Result<NativeBundleTask> {
        let on_alarm = Listener::new(&on_alarm)?;
        let guard = guard(options.guard, options.warn.as_ref(), options.limit.as_ref());
        let on_alarm = move |alarm: &memtop_sampler::Alarm| on_alarm.call((alarm.into(),).into());
        Ok(NativeBundleTask {
            task: self.bundle.add_task(guard, on_alarm),
            end: Deferred::new(),
        })
    }

    /// Ends all processes; they have `grace_ms` to end by themselves. Calling it again without any
    /// grace cuts that short.
    ///
    /// # Errors
    /// When the time is none.
    #[napi]
    pub fn stop(&self, grace_ms: Option<f64>) -> Result<()> {
        self.bundle.stop(options::duration(grace_ms)?);
        Ok(())
    }

    /// Its state; nothing when it is not measured.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        let snapshot = self.bundle.snapshot()?;
        Some(SnapshotRecord {
            limit_bytes: self.bundle.limit_bytes().map(whole),
            ..snapshot.into()
        })
    }

    /// Shows these lines below the output, where that is possible.
    #[napi]
    pub fn show(&self, lines: Vec<String>) {
        if let Some(view) = &self.view {
            view.show(lines);
        }
    }

    /// The size of the terminal that they are shown on; nothing where none are, or not any more.
    #[napi]
    #[must_use]
    pub fn view_size(&self) -> Option<ViewSize> {
        shown_size(self.view.as_ref())
    }

    /// Writes between the lines of the commands. `false` when nothing can be shown: nothing has been
    /// written then.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    #[must_use]
    pub fn write(&self, bytes: Buffer) -> bool {
        self.bundle.write(&bytes)
    }

    /// How often a signal to this process has asked the commands to end.
    #[napi]
    #[must_use]
    pub fn interrupts(&self) -> u32 {
        self.bundle.interrupts()
    }

    /// Ends the measuring. It can be called once.
    ///
    /// # Errors
    /// When it has been called already.
    #[napi(ts_return_type = "Promise<RunEnd>")]
    pub fn finish<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let promise = self.end.promise(env)?;
        let delivery = self.end.clone();
        self.bundle
            .finish(move |outcome| delivery.deliver(RunEnd::of(outcome, None)));
        Ok(promise)
    }
}

/// A task of such a run.
#[napi]
pub struct NativeBundleTask {
    task: BundleTask,
    end: Deferred<RunEnd>,
}

#[napi]
impl NativeBundleTask {
    /// The state of the task; nothing when it is not measured.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        self.task.snapshot().map(Into::into)
    }

    /// Starts a command.
    ///
    /// # Errors
    /// When it cannot be started.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn run(
        &self,
        options: CommandOptions,
        on_output: Option<Function<'_, FnArgs<(String, Buffer)>, ()>>,
    ) -> Result<NativeRun> {
        let on_output = on_output.as_ref().map(Reader::new).transpose()?;
        let sent = on_output.as_ref().map(Reader::count).unwrap_or_default();
        let (streams, controls) = streams(options.streams.as_deref(), options.size, on_output)?;
        let end = Deferred::new();
        let delivery = end.clone();
        let boot = BootTime::read();
        let run = self.task.run(command(options), streams, move |outcome| {
            delivery.deliver(RunEnd {
                pieces: whole(sent.load(Ordering::Relaxed)),
                ..RunEnd::of(outcome, boot)
            });
        });
        let run = run.map_err(|error| error::of_spawn(&error))?;
        Ok(NativeRun { run, end, controls })
    }

    /// Ends all processes of the task; see [`NativeBundle::stop`].
    ///
    /// # Errors
    /// When the time is none.
    #[napi]
    pub fn stop(&self, grace_ms: Option<f64>) -> Result<()> {
        self.task.stop(options::duration(grace_ms)?);
        Ok(())
    }

    /// Closes it. It can be called once.
    ///
    /// # Errors
    /// When it has been called already, and when the operating system gives no thread.
    #[napi(ts_return_type = "Promise<RunEnd>")]
    pub fn finish<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let promise = self.end.promise(env)?;
        let delivery = self.end.clone();
        self.task
            .finish(move |outcome| delivery.deliver(RunEnd::of(outcome, None)))
            .map_err(|error| napi::Error::from_reason(error.to_string()))?;
        Ok(promise)
    }
}
