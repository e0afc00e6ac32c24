//! Which machine this is, as far as a pid means the same process there.

use std::fs;
use std::path::Path;

use rusqlite::Row;

/// Where pids of a record mean something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Here {
    /// Of the boot; another one for each.
    pub boot_id: Option<String>,
    /// A container has its own.
    pub pid_namespace: Option<String>,
    /// Its name in the network.
    pub host_name: Option<String>,
}

/// What can be told of a process of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The process table of this machine tells.
    ByTheTable,
    /// The machine has been booted since.
    Gone,
    /// It is another machine's or container's.
    Unknown,
}

impl Here {
    /// As this process sees it, with the files of `/proc` under `root`.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        let line = |path: &str| {
            let text = fs::read_to_string(root.join(path)).ok()?;
            Some(text.trim_end().to_owned())
        };
        let namespace = fs::read_link(root.join("self/ns/pid")).ok();
        Self {
            boot_id: line("sys/kernel/random/boot_id"),
            pid_namespace: namespace.map(|link| link.to_string_lossy().into_owned()),
            host_name: line("sys/kernel/hostname"),
        }
    }

    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            boot_id: row.get("boot_id")?,
            pid_namespace: row.get("pid_namespace")?,
            host_name: row.get("host_name")?,
        })
    }

    /// What is known here of a process that was seen there.
    pub(crate) fn judge(&self, there: &Self) -> Judgement {
        if self.boot_id.is_none() || there.boot_id.is_none() {
            return Judgement::Unknown;
        }
        let is_same_boot = self.boot_id == there.boot_id;
        if is_same_boot && self.pid_namespace == there.pid_namespace {
            return Judgement::ByTheTable;
        }
        // A container's name is its own, and says nothing of the machine's.
        let is_same_machine = self.host_name == there.host_name;
        if !is_same_boot && is_same_machine {
            return Judgement::Gone;
        }
        Judgement::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{Here, Judgement};

    fn here(boot: &str, namespace: &str, host: &str) -> Here {
        Here {
            boot_id: Some(boot.to_owned()),
            pid_namespace: Some(namespace.to_owned()),
            host_name: Some(host.to_owned()),
        }
    }

    #[test]
    fn pids_mean_something_in_their_boot_and_namespace_alone() {
        let one = here("a", "pid:[1]", "box");
        assert_eq!(one.judge(&one), Judgement::ByTheTable);
        assert_eq!(one.judge(&here("b", "pid:[1]", "box")), Judgement::Gone);
        assert_eq!(
            one.judge(&here("a", "pid:[2]", "c0ffee")),
            Judgement::Unknown
        );
        assert_eq!(
            one.judge(&here("b", "pid:[1]", "other")),
            Judgement::Unknown
        );
        assert_eq!(one.judge(&Here::default()), Judgement::Unknown);
    }

    #[test]
    fn this_machine_is_known() {
        let this = Here::at(std::path::Path::new("/proc"));
        assert_eq!(this.boot_id.as_ref().map(String::len), Some(36));
        assert!(
            this.pid_namespace
                .is_some_and(|name| name.starts_with("pid:"))
        );
        assert!(this.host_name.is_some());
    }
}
