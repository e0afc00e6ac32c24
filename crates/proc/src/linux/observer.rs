//! The Linux side of the seam to a sampler.

use super::births::{BirthFinder, birth, read_stat};
use super::{KeptStatm, ProcRoot};
use crate::{Birth, Description, Error, Observer, ProcessId, Reading};

/// Longer command lines are cut; they tell nothing more to a person.
const COMMAND_LINE_BYTES: usize = 4096;

/// Observes through `/proc`.
#[derive(Debug)]
pub struct LinuxObserver {
    root: ProcRoot,
    births: BirthFinder,
    page_bytes: u64,
    text: Vec<u8>,
}

impl LinuxObserver {
    /// # Errors
    /// When `/proc` is not mounted, is empty or may not be read.
    pub fn new(root: ProcRoot) -> Result<Self, Error> {
        Ok(Self {
            births: BirthFinder::new(&root)?,
            root,
            page_bytes: rustix::param::page_size() as u64,
            text: Vec::new(),
        })
    }

    fn is_still(&mut self, id: ProcessId) -> Result<bool, Error> {
        let stat = read_stat(&self.root, id.pid, &mut self.text)?;
        Ok(stat.is_some_and(|stat| stat.started == id.started))
    }
}

impl Observer for LinuxObserver {
    type Handle = KeptStatm;

    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.births.all(&self.root, births)
    }

    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.births.since_last(&self.root, births)
    }

    fn watch(&mut self, id: ProcessId) -> Result<Option<KeptStatm>, Error> {
        let Some(statm) = KeptStatm::open(&self.root, id.pid)? else {
            return Ok(None);
        };
        // The descriptor is bound from here on; if the pid still has the same start time now,
        // it was opened for the right process.
        Ok(self.is_still(id)?.then_some(statm))
    }

    fn resident(&mut self, handle: &mut KeptStatm) -> Result<Reading, Error> {
        handle.read(&self.root, self.page_bytes)
    }

    fn describe(&mut self, id: ProcessId) -> Option<Description> {
        let text = &mut self.text;
        self.root.read_process_file(id.pid, "comm", text).ok()??;
        let name = String::from_utf8_lossy(text.strip_suffix(b"\n").unwrap_or(text)).into_owned();
        self.root
            .read_process_file(id.pid, "cmdline", text)
            .ok()??;
        text.truncate(COMMAND_LINE_BYTES);
        let command = split_arguments(text);
        self.is_still(id)
            .ok()?
            .then_some(Description { name, command })
    }

    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error> {
        let stat = read_stat(&self.root, pid, &mut self.text)?;
        Ok(stat
            .filter(|stat| stat.leads_its_process)
            .as_ref()
            .map(birth))
    }
}

/// Arguments end in NUL; a program may have overwritten them with text of its own.
fn split_arguments(text: &[u8]) -> Vec<String> {
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    text.split(|&byte| byte == 0)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split_arguments;

    #[test]
    fn arguments_may_be_empty_or_not_text() {
        assert_eq!(split_arguments(b"printf\0%s\0\0"), ["printf", "%s", ""]);
        assert_eq!(split_arguments(b"a\0\xff\0"), ["a", "\u{fffd}"]);
        assert!(split_arguments(b"").is_empty());
        assert_eq!(split_arguments(b"title without end"), ["title without end"]);
    }
}
