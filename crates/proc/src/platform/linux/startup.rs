//! The arguments, environment and working directory of a process.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use rustix::fs::readlinkat;

use super::ProcRoot;
use super::command_line::COMMAND_LINE_BYTES;
use super::first_stack::startup_on_stack;
use crate::Startup;

/// The arguments and environment of a process whose pid cannot be reused meanwhile. `None` if it is
/// gone or in the middle of an exec. The environment is empty if it may not be read.
#[must_use]
pub fn startup(root: &ProcRoot, pid: u32) -> Option<Startup<'static>> {
    let first_arguments = arguments(root, pid)?;
    // In the middle of an exec both are empty, as of a process that has ended.
    if first_arguments.is_empty() {
        return None;
    }
    let mut environment = Vec::new();
    // Other errors, such as a lack of permission, leave it empty.
    if let Ok(None) = root.read_process_file(pid, "environ", &mut environment) {
        return None;
    }
    // What is read before and after an exec belongs to two programs.
    if arguments(root, pid)? != first_arguments {
        return None;
    }
    Some(Startup {
        arguments: first_arguments.into(),
        environment: environment.into(),
    })
}

fn arguments(root: &ProcRoot, pid: u32) -> Option<Vec<u8>> {
    let mut arguments = Vec::new();
    root.read_process_file(pid, "cmdline", &mut arguments)
        .ok()??;
    arguments.truncate(COMMAND_LINE_BYTES);
    Some(arguments)
}

/// The same for a process that is stopped right after its exec. Given its stack pointer, reads its
/// stack, which is faster than reading its files. `text` is a buffer.
#[must_use]
pub fn startup_at_exec<'a>(
    root: &ProcRoot,
    pid: u32,
    stack_pointer: Option<u64>,
    text: &'a mut Vec<u8>,
) -> Option<Startup<'a>> {
    let on_stack = stack_pointer.and_then(|pointer| startup_on_stack(pid, pointer, text));
    on_stack.or_else(|| startup(root, pid))
}

/// The working directory of a process. `None` if it may not be read.
#[must_use]
pub fn directory(root: &ProcRoot, pid: u32) -> Option<PathBuf> {
    let link = readlinkat(root, format!("{pid}/cwd"), Vec::new()).ok()?;
    Some(OsString::from_vec(link.into_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::{directory, startup};
    use crate::native::ProcRoot;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn root_with(environ: impl FnOnce(&std::path::Path)) -> (tempfile::TempDir, ProcRoot) {
        let folder = tempfile::tempdir().unwrap();
        let process = folder.path().join("7");
        fs::create_dir(&process).unwrap();
        fs::write(process.join("cmdline"), "make\0-j2\0").unwrap();
        symlink("/some where", process.join("cwd")).unwrap();
        environ(&process.join("environ"));
        let root = ProcRoot::open(folder.path()).unwrap();
        (folder, root)
    }

    #[test]
    fn arguments_and_environment_are_read_whole() {
        let variables = format!("A=1\0LONG={}\0", "x".repeat(100_000));
        let (_folder, root) = root_with(|environ| fs::write(environ, &variables).unwrap());
        let startup = startup(&root, 7).unwrap();
        assert_eq!(*startup.arguments, *b"make\0-j2\0");
        assert_eq!(*startup.environment, *variables.as_bytes());
        assert_eq!(directory(&root, 7).unwrap().to_str(), Some("/some where"));
        assert_eq!(directory(&root, 8), None);
    }

    #[test]
    fn an_environment_that_cannot_be_read_is_empty() {
        let (_folder, root) = root_with(|environ| fs::create_dir(environ).unwrap());
        let startup = startup(&root, 7).unwrap();
        assert!(startup.environment.is_empty());
        assert_eq!(*startup.arguments, *b"make\0-j2\0");
    }

    #[test]
    fn in_the_middle_of_an_exec_there_is_no_answer() {
        let (_folder, root) = root_with(|environ| {
            fs::write(environ, "").unwrap();
            fs::write(environ.with_file_name("cmdline"), "").unwrap();
        });
        assert!(startup(&root, 7).is_none());
    }

    #[test]
    fn a_process_that_is_gone_has_no_arguments() {
        let (_folder, root) = root_with(|_| {});
        assert!(startup(&root, 7).is_none());
        assert!(startup(&root, 8).is_none());
    }
}
