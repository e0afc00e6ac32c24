//! A command, and how it is started.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::image::Image;

/// What to start, and where.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// The program and its arguments.
    pub arguments: Vec<OsString>,
    /// Its working directory; this process's own when absent.
    pub cwd: Option<PathBuf>,
    /// Its whole environment; this process's own when absent.
    pub environment: Option<Vec<(OsString, OsString)>>,
    /// Descriptors to pass on besides the standard streams.
    pub descriptors: Vec<RawFd>,
}

/// Why a command did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such program.
    #[error("{}: {reason}", program.display())]
    NotFound {
        /// The program that was asked for.
        program: OsString,
        /// What exactly is missing.
        reason: String,
    },
    /// The program is there and the operating system does not run it.
    #[error("{}: {reason}", program.display())]
    NotExecutable {
        /// The program that was asked for.
        program: OsString,
        /// What the operating system answered.
        reason: String,
    },
    /// The run was to have a control group of its own and cannot.
    #[error("there can be no control group for the run: {0}")]
    NoGroup(String),
    /// The run was to be followed in a way that is not possible here.
    #[error("the command cannot be followed as asked for: {0}")]
    NoTracing(String),
    /// What was asked for cannot be passed on to any program.
    #[error("{0}")]
    Invalid(String),
    /// The operating system failed before it came to the program.
    #[error("cannot start a process: {0}")]
    System(#[from] io::Error),
}

impl Command {
    /// Makes everything ready to start the command.
    ///
    /// # Errors
    /// When it is clear already that it cannot be started.
    pub(crate) fn image(&self) -> Result<Image, StartError> {
        let Some(program) = self.arguments.first() else {
            return Err(StartError::Invalid("the command is empty".to_owned()));
        };
        if let Some(cwd) = &self.cwd
            && !cwd.is_dir()
        {
            let message = format!("the working directory {} does not exist", cwd.display());
            return Err(StartError::Invalid(message));
        }
        Image::of(self, program).map_err(|_| {
            let holds_nul = |text: &OsString| text.as_bytes().contains(&0);
            let what = if self.arguments.iter().any(holds_nul) {
                "an argument"
            } else {
                "a variable of the environment"
            };
            StartError::Invalid(format!("{what} holds a NUL byte"))
        })
    }

    /// The working directory, where it is to be another one.
    pub(crate) fn c_cwd(&self) -> Result<Option<CString>, StartError> {
        let Some(cwd) = &self.cwd else {
            return Ok(None);
        };
        match CString::new(cwd.as_os_str().as_bytes()) {
            Ok(cwd) => Ok(Some(cwd)),
            Err(_) => Err(StartError::Invalid(
                "the working directory holds a NUL byte".to_owned(),
            )),
        }
    }

    /// A variable as the command will have it.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let value = match &self.environment {
            Some(environment) => {
                let mut variables = environment.iter();
                variables.find(|(known, _)| known == name)?.1.clone()
            }
            None => env::var_os(name)?,
        };
        Some(value.to_string_lossy().into_owned())
    }

    /// Why exec failed, in words.
    pub(crate) fn explain(&self, error: io::Error) -> StartError {
        let program = self.arguments.first().cloned().unwrap_or_default();
        match error.raw_os_error() {
            Some(libc::ENOENT) => {
                let reason = match self.locate(&program) {
                    Some(file) => {
                        format!("the interpreter that {} names is missing", file.display())
                    }
                    None if program.as_bytes().contains(&b'/') => "no such file".to_owned(),
                    None => "command not found".to_owned(),
                };
                StartError::NotFound { program, reason }
            }
            Some(libc::EACCES | libc::EPERM) => {
                let is_directory = self.cwd_joined(Path::new(&program)).is_dir();
                let reason = if is_directory {
                    "is a directory"
                } else {
                    "permission denied"
                };
                StartError::NotExecutable {
                    program,
                    reason: reason.to_owned(),
                }
            }
            Some(
                libc::ENOEXEC
                | libc::ENOTDIR
                | libc::ELOOP
                | libc::E2BIG
                | libc::ETXTBSY
                | libc::ENAMETOOLONG
                | libc::EINVAL
                | libc::EISDIR,
            ) => StartError::NotExecutable {
                program,
                reason: plain(&error),
            },
            _ => StartError::System(error),
        }
    }

    /// The executable file that `program` names, searched for as `execvp` does.
    fn locate(&self, program: &OsStr) -> Option<PathBuf> {
        if program.as_bytes().contains(&b'/') {
            return Some(self.cwd_joined(Path::new(program))).filter(|file| file.exists());
        }
        env::split_paths(&self.search_path())
            .map(|directory| self.cwd_joined(&directory.join(program)))
            .find(|file| is_executable(file))
    }
}

fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// The operating system's words without Rust's `(os error 8)`.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}
