//! The Node-API binding: conversions between JavaScript and the crates, and nothing else.

mod alarm;
mod bundle;
mod command;
mod deferred;
mod error;
mod events;
mod found;
mod found_task_index;
mod inspector;
mod options;
mod process_identity;
mod query;
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
mod stored_timeline;
mod survey;
mod tracked;
mod tracking;
mod watch;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use std::os::unix::ffi::OsStringExt;

use error::{Code, Result};

pub use process_identity::process_identity;
pub use store::store_schema;
pub use survey::survey;

/// The version of this addon, which must be that of the package.
#[napi]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Ends this process at once, without Node's cleanup, which would restore the terminal to its
/// initial state and undo the effect of commands like `stty`.
#[napi]
pub fn exit_now(code: i32) {
    memtop_spawn::exit_now(code)
}

/// The arguments of this process as bytes.
///
/// # Errors
/// If `/proc/self/cmdline` cannot be read.
#[napi]
pub fn own_arguments() -> Result<Vec<Buffer>> {
    let arguments = memtop_spawn::own_arguments().map_err(|error| Code::System.error(error))?;
    Ok(arguments
        .into_iter()
        .map(|argument| argument.into_vec().into())
        .collect())
}
