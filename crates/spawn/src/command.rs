//! A command, and how it comes to life.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Child;

use memtop_proc::linux::cgroup::Entrance;

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
    /// What was asked for cannot be passed on to any program.
    #[error("{0}")]
    Invalid(String),
    /// The operating system failed before it came to the program.
    #[error("cannot start a process: {0}")]
    System(#[from] io::Error),
}

impl Command {
    /// Starts the command with this process's standard streams, in the group that `entrance` leads
    /// to.
    ///
    /// # Errors
    /// When it cannot be started; nothing is left running then.
    pub fn start(&self, entrance: Option<Entrance>) -> Result<Child, StartError> {
        let Some((program, arguments)) = self.arguments.split_first() else {
            return Err(StartError::Invalid("the command is empty".to_owned()));
        };
        if self
            .arguments
            .iter()
            .any(|argument| argument.as_bytes().contains(&0))
        {
            return Err(StartError::Invalid(
                "an argument holds a NUL byte".to_owned(),
            ));
        }
        if let Some(cwd) = &self.cwd
            && !cwd.is_dir()
        {
            let message = format!("the working directory {} does not exist", cwd.display());
            return Err(StartError::Invalid(message));
        }
        let mut command = std::process::Command::new(program);
        command.args(arguments);
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        if let Some(environment) = &self.environment {
            command
                .env_clear()
                .envs(environment.iter().map(|(name, value)| (name, value)));
        }
        let descriptors = self.descriptors.clone();
        // SAFETY: the closure runs between fork and exec and calls nothing but sigaction, fcntl
        // and write, which are async-signal-safe (signal-safety(7)).
        unsafe {
            command.pre_exec(move || {
                if let Some(entrance) = &entrance {
                    // A run outside of its group is still a run; its figures show it.
                    let _ = entrance.enter();
                }
                reset_signals();
                (0..=2).for_each(pass_on);
                descriptors.iter().copied().for_each(pass_on);
                Ok(())
            })
        };
        command
            .spawn()
            .map_err(|error| self.explain(program, error))
    }

    fn explain(&self, program: &OsStr, error: io::Error) -> StartError {
        let program = program.to_owned();
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
        let path = match &self.environment {
            Some(environment) => environment
                .iter()
                .find(|(name, _)| name == "PATH")?
                .1
                .clone(),
            None => env::var_os("PATH")?,
        };
        env::split_paths(&path)
            .map(|directory| self.cwd_joined(&directory.join(program)))
            .find(|file| is_executable(file))
    }

    fn cwd_joined(&self, path: &Path) -> PathBuf {
        self.cwd.as_deref().unwrap_or(Path::new("")).join(path)
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

/// Gives every signal its default action back: a host such as Node ignores some, and what is
/// ignored stays so across exec.
fn reset_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: a zeroed sigaction is SIG_DFL with an empty mask and no flags, and outlives the
        // call. KILL, STOP and the C library's own signals answer EINVAL, which is as it should be.
        unsafe {
            let action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

/// Lets exec keep a descriptor: Node marks those that it was started with as close-on-exec.
fn pass_on(fd: RawFd) {
    // SAFETY: F_SETFD touches no memory. One that is closed answers EBADF and stays so.
    unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
}
