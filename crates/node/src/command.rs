//! A command and its streams, from what JavaScript says of them.

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
    /// The whole environment; the process's own when absent.
    pub env: Option<HashMap<String, String>>,
    /// What the command's standard streams are: this process's own; pipes, from which this process
    /// gets every byte as well or not; a terminal of its own.
    /// With `view` they are this process's own, with lines of this process below its output where
    /// that goes to the controlling terminal and this process is in front there.
    /// With `remote` it is one that only this process shows and types into.
    #[napi(ts_type = "'inherit' | 'tee' | 'pipe' | 'terminal' | 'view' | 'remote'")]
    pub streams: Option<String>,
    /// How large a terminal of the command's own is; as this process's when absent.
    pub size: Option<ViewSize>,
}

/// How large a terminal is.
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

/// What of the command's terminal is in the hands of this process.
#[derive(Default)]
pub(crate) struct Seen {
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

/// What is shown below the output goes with the streams that have such a thing.
pub(crate) fn streams(
    name: Option<&str>,
    size: Option<ViewSize>,
    reader: Option<Reader>,
) -> Result<(StreamsUse, Seen)> {
    let listener = reader.map(|reader| -> OutputListener {
        Box::new(move |stream, bytes| {
            let name = match stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            reader.give(name, bytes);
        })
    });
    let terminal = |listener, seen: &Seen| StreamsUse::Terminal {
        listener,
        size: size.map(ViewSize::of_terminal),
        handle: seen.remote.clone(),
    };
    let nothing = Seen::default();
    match name {
        None | Some("inherit") => Ok((StreamsUse::Inherited, nothing)),
        Some("tee") => Ok((
            StreamsUse::Piped {
                tee: true,
                listener,
            },
            nothing,
        )),
        Some("pipe") => Ok((
            StreamsUse::Piped {
                tee: false,
                listener,
            },
            nothing,
        )),
        Some("terminal") => Ok((terminal(listener, &nothing), nothing)),
        Some("view") => {
            let view = View::new().map_err(|error| Code::System.error(error.to_string()))?;
            let view = Arc::new(view);
            let seen = Seen {
                view: Some(Arc::clone(&view)),
                remote: None,
            };
            Ok((StreamsUse::Window { listener, view }, seen))
        }
        Some("remote") => {
            let seen = Seen {
                view: None,
                remote: Some(Arc::default()),
            };
            Ok((terminal(listener, &seen), seen))
        }
        Some(other) => Err(Code::InvalidOption.error(format!("{other} are no streams"))),
    }
}

fn argument(argument: Either<String, Buffer>) -> OsString {
    match argument {
        Either::A(text) => text.into(),
        Either::B(bytes) => OsString::from_vec(bytes.to_vec()),
    }
}
