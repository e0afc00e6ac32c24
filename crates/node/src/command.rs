//! Converts a command and its streams from JavaScript values.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

use memtop_spawn::Command;
use memtop_terminal::{OutputListener, Stream, StreamsUse, TerminalHandle, View};
use napi::bindgen_prelude::{Buffer, Either};
use napi_derive::napi;

use crate::error::{Code, Result};
use crate::events::Reader;

/// A command, alone or one of several.
#[napi(object, object_to_js = false)]
pub struct CommandOptions {
    /// The program and its arguments; bytes where an argument is not UTF-8.
    pub command: Vec<Either<String, Buffer>>,
    pub cwd: Option<String>,
    /// The whole environment; that of this process if absent.
    pub env: Option<HashMap<String, String>>,
    /// The standard streams of the command: `inherit` passes on those of this process. `tee` and
    /// `pipe` are pipes, with or without a copy to the streams of this process. `terminal` is a
    /// pseudo-terminal. `view` is like `inherit`, but shows lines of this process below the output,
    /// if it goes to the controlling terminal and this process is in the foreground. `remote` is a
    /// pseudo-terminal that only this process displays and types into.
    #[napi(ts_type = "'inherit' | 'tee' | 'pipe' | 'terminal' | 'view' | 'remote'")]
    pub streams: Option<String>,
    /// The size of the pseudo-terminal; that of this process's terminal if absent.
    pub size: Option<ViewSize>,
}

/// The size of a terminal.
#[napi(object)]
#[derive(Clone, Copy)]
pub struct ViewSize {
    pub rows: u32,
    pub columns: u32,
}

impl ViewSize {
    pub(crate) fn of_terminal(self) -> (u16, u16) {
        let number = |count| u16::try_from(count).unwrap_or(u16::MAX);
        (number(self.rows), number(self.columns))
    }
}

/// The parts of the command's terminal that this process controls.
#[derive(Default)]
pub(crate) struct Controls {
    pub(crate) view: Option<Arc<View>>,
    pub(crate) remote: Option<Arc<TerminalHandle>>,
}

pub(crate) fn shown_size(view: Option<&Arc<View>>) -> Option<ViewSize> {
    let (rows, columns) = view.filter(|view| view.is_drawn())?.size()?;
    Some(ViewSize {
        rows: u32::from(rows),
        columns: u32::from(columns),
    })
}

pub(crate) fn command(options: CommandOptions) -> Command {
    let environment = options.env.map(|env| {
        let variables = env.into_iter();
        variables
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    });
    Command {
        arguments: options.command.into_iter().map(argument).collect(),
        cwd: options.cwd.map(Into::into),
        environment,
        descriptors: Vec::new(),
    }
}

/// The streams of this name, and the controls of those that have any.
pub(crate) fn streams(
    name: Option<&str>,
    size: Option<ViewSize>,
    reader: Option<Reader>,
) -> Result<(StreamsUse, Controls)> {
    let listener = reader.map(output_listener);
    let terminal = |listener, controls: &Controls| StreamsUse::Terminal {
        listener,
        size: size.map(ViewSize::of_terminal),
        handle: controls.remote.clone(),
    };
    let none = Controls::default();
    match name {
        None | Some("inherit") => Ok((StreamsUse::Inherited, none)),
        Some(name @ ("tee" | "pipe")) => {
            let tee = name == "tee";
            Ok((StreamsUse::Piped { tee, listener }, none))
        }
        Some("terminal") => Ok((terminal(listener, &none), none)),
        Some("view") => {
            let view = View::new().map_err(|error| Code::System.error(error.to_string()))?;
            let view = Arc::new(view);
            let controls = Controls {
                view: Some(Arc::clone(&view)),
                remote: None,
            };
            Ok((StreamsUse::Window { listener, view }, controls))
        }
        Some("remote") => {
            let controls = Controls {
                view: None,
                remote: Some(Arc::default()),
            };
            Ok((terminal(listener, &controls), controls))
        }
        Some(other) => Err(Code::InvalidOption.error(format!("unknown streams: {other}"))),
    }
}

fn output_listener(reader: Reader) -> OutputListener {
    Box::new(move |stream, bytes| {
        let name = match stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        };
        reader.send(name, bytes);
    })
}

fn argument(argument: Either<String, Buffer>) -> OsString {
    match argument {
        Either::A(text) => text.into(),
        Either::B(bytes) => OsString::from_vec(bytes.to_vec()),
    }
}
