//! The Node-API binding: conversions between JavaScript and the crates, and nothing else.

mod alarm;
mod bundle;
mod command;
mod deferred;
mod error;
mod events;
mod found;
mod inspector;
mod options;
mod places;
mod question;
mod record;
mod recorder;
mod rules;
mod run;
mod run_end;
mod sampler;
mod session;
mod size;
mod snapshot;
mod store;
mod survey;
mod tracked;
mod watch;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use std::os::unix::ffi::OsStringExt;

use error::{Code, Result};

pub use store::store_schema;
pub use survey::survey;

/// The version that this addon was built as; it must be the package's.
#[napi]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Ends this process at once, without what Node does at its end: it would put the terminal back to
/// how it was at the start, and undo what a command like `stty` was run for.
#[napi]
pub fn exit_now(code: i32) {
    memtop_spawn::exit_now(code)
}

/// This process's own arguments, byte for byte.
///
/// # Errors
/// When `/proc/self/cmdline` cannot be read.
#[napi]
pub fn own_arguments() -> Result<Vec<Buffer>> {
    let arguments = memtop_spawn::own_arguments().map_err(|error| Code::System.error(error))?;
    Ok(arguments
        .into_iter()
        .map(|argument| argument.into_vec().into())
        .collect())
}
