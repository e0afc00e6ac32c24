//! Trees of sleeping processes.

use std::io::{BufRead, BufReader, Read, Write, stdin, stdout};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::process::{fork, wait_for_all};

/// A tree that sleeps until it is dropped.
pub struct SleepingTree {
    root: Child,
    /// Its end is what the root waits for.
    end: Option<ChildStdin>,
}

impl SleepingTree {
    /// Starts N processes, of which one is the parent of the others.
    pub fn start(processes: usize) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut root = Command::new(program)
            .args(["--sleep-tree", &processes.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start a tree: {error}"))?;
        let end = root.stdin.take();
        let output = root.stdout.take().ok_or("the tree has no output")?;
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        let tree = Self { root, end };
        match read {
            Ok(_) if line == "ready\n" => Ok(tree),
            Ok(_) => Err(format!("the tree said {line:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    pub fn pid(&self) -> u32 {
        self.root.id()
    }
}

impl Drop for SleepingTree {
    fn drop(&mut self) {
        self.end = None;
        // There is no caller to report a failure to.
        let _ = self.root.wait();
    }
}

/// What the root of a tree does: starts the others, says so, and ends them when its input ends.
pub fn sleep_tree(processes: usize) -> Result<(), String> {
    let children: Vec<i32> = (1..processes)
        .map(|_| {
            fork(|| {
                // SAFETY: prctl(2) and pause(2) touch no memory. The children end with the root,
                // whatever ends it.
                unsafe {
                    libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                    libc::pause();
                }
            })
        })
        .collect();
    let mut output = stdout();
    writeln!(output, "ready").map_err(|error| error.to_string())?;
    // It ends when the process that started the tree closes the pipe or ends.
    let _ = stdin().read_to_end(&mut Vec::new());
    for child in children {
        // SAFETY: kill(2) touches no memory, and a child keeps its pid until it is waited for.
        unsafe { libc::kill(child, libc::SIGKILL) };
    }
    wait_for_all();
    Ok(())
}
