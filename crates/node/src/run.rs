//! A run of one command, as an object of JavaScript.

use std::sync::atomic::Ordering;

use memtop_proc::native::BootTime;
use memtop_spawn::{Options, Run};
use napi::Env;
use napi::bindgen_prelude::{Buffer, FnArgs, Function, Object};
use napi_derive::napi;

use crate::alarm::AlarmRecord;
use crate::command::{CommandOptions, Controls, ViewSize, command, shown_size, streams};
use crate::deferred::Deferred;
use crate::error::{self, Result};
use crate::events::{Listener, Reader};
use crate::found::FoundTaskState;
use crate::options;
use crate::record::whole;
use crate::run_end::RunEnd;
use crate::session::SessionOptions;
use crate::snapshot::SnapshotRecord;

/// What to run and how.
#[napi(object, object_to_js = false)]
pub struct RunOptions {
    pub command: CommandOptions,
    pub session: SessionOptions,
    /// A file that is there, which gets a row of CSV for each sample: milliseconds, and bytes.
    pub samples_file: Option<String>,
}

/// A command that has been started and is being sampled.
#[napi]
pub struct NativeRun {
    pub(crate) run: Run,
    pub(crate) end: Deferred<RunEnd>,
    pub(crate) controls: Controls,
}

#[napi]
impl NativeRun {
    /// # Errors
    /// When the command cannot be started.
    // Node-API passes arguments by value.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(constructor)]
    pub fn new(
        options: RunOptions,
        on_alarm: Function<'_, FnArgs<(AlarmRecord,)>, ()>,
        on_output: Option<Function<'_, FnArgs<(String, Buffer)>, ()>>,
    ) -> Result<Self> {
        let on_alarm = Listener::new(&on_alarm)?;
        let on_output = on_output.as_ref().map(Reader::new).transpose()?;
        let sent = on_output.as_ref().map(Reader::count).unwrap_or_default();
        let CommandOptions { streams, size, .. } = &options.command;
        let (streams, controls) = self::streams(streams.as_deref(), *size, on_output)?;
        let command = command(options.command);
        let options = Options {
            samples_file: options.samples_file.map(Into::into),
            ..options.session.checked()?
        };
        let end = Deferred::new();
        let delivery = end.clone();
        let boot = BootTime::read();
        let run = Run::start(
            command,
            streams,
            options,
            move |alarm| on_alarm.call((alarm.into(),).into()),
            move |outcome| {
                delivery.deliver(RunEnd {
                    pieces: whole(sent.load(Ordering::Relaxed)),
                    ..RunEnd::of(outcome, boot)
                });
            },
        )
        .map_err(|error| error::of_spawn(&error))?;
        Ok(Self { run, end, controls })
    }

    #[napi(getter)]
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.run.pid()
    }

    /// Ends the whole run; its processes have `grace_ms` to end by themselves. Calling it again without
    /// any grace cuts that short.
    ///
    /// # Errors
    /// When the time is none.
    #[napi]
    pub fn stop(&self, grace_ms: Option<f64>) -> Result<()> {
        self.run.stop(options::duration(grace_ms)?);
        Ok(())
    }

    /// The state of each task that was found in it.
    #[napi]
    #[must_use]
    pub fn tasks(&self) -> Vec<FoundTaskState> {
        self.run.tasks().into_iter().map(Into::into).collect()
    }

    /// Its state; nothing when the run is over or not measured.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        let snapshot = self.run.snapshot()?;
        Some(SnapshotRecord {
            limit_bytes: self.run.limit_bytes().map(whole),
            ..snapshot.into()
        })
    }

    /// Shows these lines below the command's output, where that is possible.
    #[napi]
    pub fn show(&self, lines: Vec<String>) {
        if let Some(view) = &self.controls.view {
            view.show(lines);
        }
    }

    /// The size of the terminal that they are shown on; nothing where none are, or not any more.
    #[napi]
    #[must_use]
    pub fn view_size(&self) -> Option<ViewSize> {
        shown_size(self.controls.view.as_ref())
    }

    /// Prints a line between those of the command. `false` when nothing can be shown: it has not been
    /// printed then.
    #[napi]
    #[must_use]
    pub fn say(&self, text: String) -> bool {
        let Some(view) = self.controls.view.as_ref().filter(|view| view.is_drawn()) else {
            return false;
        };
        view.print(text);
        true
    }

    /// Types into the command's terminal, where that is this process's alone.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn type_in(&self, bytes: Buffer) {
        if let Some(remote) = &self.controls.remote {
            remote.type_in(&bytes);
        }
    }

    /// Sets the size of that terminal.
    #[napi]
    pub fn resize(&self, size: ViewSize) {
        if let Some(remote) = &self.controls.remote {
            let (rows, columns) = size.of_terminal();
            remote.resize(rows, columns);
        }
    }

    /// Resolves when the command has ended. It can be called once.
    ///
    /// # Errors
    /// When it has been called already.
    #[napi(ts_return_type = "Promise<RunEnd>")]
    pub fn ended<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.end.promise(env)
    }
}
