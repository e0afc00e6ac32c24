//! What exec is called with, made ready before the fork: after it nothing may be allocated.

use std::env;
use std::ffi::{CString, NulError, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::ptr;

use libc::{c_char, c_int};

use crate::Command;

/// Where programs are looked for without a `PATH`, as the C library does.
const USUAL_PATH: &str = "/bin:/usr/bin";
/// Runs what the kernel knows no format of, as `execvp` does.
const SHELL: &str = "/bin/sh";

/// The files to try, with their arguments and the environment.
#[derive(Debug)]
pub(crate) struct Image {
    files: Vec<CString>,
    arguments: CStringArray,
    /// The arguments for a shell that runs the file as a script. The second is the file itself.
    for_shell: CStringArray,
    shell: CString,
    environment: Option<CStringArray>,
}

/// Strings, and the list of pointers to them that ends with a null.
#[derive(Debug)]
struct CStringArray {
    list: Vec<*const c_char>,
    /// What the list points to.
    _strings: Vec<CString>,
}

// SAFETY: the pointers are into strings that are owned beside them and never change.
unsafe impl Send for CStringArray {}

impl Image {
    /// # Errors
    /// When a string holds a NUL byte.
    pub(crate) fn of(command: &Command, program: &OsStr) -> Result<Self, NulError> {
        let files = command.places_of(program);
        let files: Result<Vec<CString>, NulError> = files.into_iter().map(to_c).collect();
        let arguments = || command.arguments.iter().cloned();
        let for_shell = [OsString::from(SHELL), OsString::new()]
            .into_iter()
            .chain(arguments().skip(1));
        let environment = command.environment.as_ref().map(|variables| {
            CStringArray::to(variables.iter().map(|(name, value)| {
                let mut text = name.clone();
                text.push("=");
                text.push(value);
                text
            }))
        });
        Ok(Self {
            files: files?,
            arguments: CStringArray::to(arguments())?,
            for_shell: CStringArray::to(for_shell)?,
            shell: to_c(SHELL.into())?,
            environment: environment.transpose()?,
        })
    }

    /// Becomes the program. Returns only when that fails, with the reason. Calls nothing but
    /// execve.
    pub(crate) fn exec(&mut self) -> c_int {
        unsafe extern "C" {
            static environ: *const *const c_char;
        }
        let environment = match &self.environment {
            Some(environment) => environment.list.as_ptr(),
            // SAFETY: a forked child has one thread, so the list does not change.
            None => unsafe { environ },
        };
        // As execvp: what is found and may not be run counts if nothing better is found.
        let mut worst = libc::ENOENT;
        for file in &self.files {
            // SAFETY: all three are null-terminated lists of C strings that outlive the call.
            let errno = unsafe {
                libc::execve(file.as_ptr(), self.arguments.list.as_ptr(), environment);
                *libc::__errno_location()
            };
            match errno {
                libc::ENOEXEC => {
                    self.for_shell.list[1] = file.as_ptr();
                    // SAFETY: as above.
                    return unsafe {
                        let list = self.for_shell.list.as_ptr();
                        libc::execve(self.shell.as_ptr(), list, environment);
                        *libc::__errno_location()
                    };
                }
                libc::EACCES => worst = libc::EACCES,
                libc::ENOENT | libc::ENOTDIR if self.files.len() > 1 => {}
                errno => return errno,
            }
        }
        worst
    }
}

impl CStringArray {
    fn to(strings: impl Iterator<Item = OsString>) -> Result<Self, NulError> {
        let strings: Vec<CString> = strings.map(to_c).collect::<Result<_, _>>()?;
        let pointers = strings.iter().map(|string| string.as_ptr());
        Ok(Self {
            list: pointers.chain([ptr::null()]).collect(),
            _strings: strings,
        })
    }
}

fn to_c(text: OsString) -> Result<CString, NulError> {
    CString::new(text.into_vec())
}

impl Command {
    /// The files that a program's name may stand for, in the order to try them, as `execvp` does.
    fn places_of(&self, program: &OsStr) -> Vec<OsString> {
        if program.as_bytes().contains(&b'/') || program.is_empty() {
            return vec![program.to_owned()];
        }
        let path = self.search_path();
        env::split_paths(&path)
            .map(|folder| folder.join(program).into_os_string())
            .collect()
    }

    /// The `PATH` of the command's environment.
    pub(crate) fn search_path(&self) -> OsString {
        let path = match &self.environment {
            Some(environment) => environment
                .iter()
                .find(|(name, _)| name == "PATH")
                .map(|(_, value)| value.clone()),
            None => env::var_os("PATH"),
        };
        path.unwrap_or_else(|| USUAL_PATH.into())
    }

    pub(crate) fn cwd_joined(&self, path: &Path) -> PathBuf {
        self.cwd.as_deref().unwrap_or(Path::new("")).join(path)
    }
}
