//! Where the pids of a record are valid: a boot of a machine, and a pid namespace.

use std::fs;
use std::path::Path;

use rusqlite::Row;

/// Where the pids of a record are valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PidScope {
    /// A random id that the kernel generates at each boot.
    pub boot_id: Option<String>,
    /// The pid namespace; a container has its own.
    pub pid_namespace: Option<String>,
    /// The host name.
    pub host_name: Option<String>,
}

/// Whether a process of a record may be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Liveness {
    /// If it is in the process table of this machine.
    InTable,
    /// No: the machine has been rebooted since.
    Gone,
    /// It belongs to another machine or container.
    Unknown,
}

impl PidScope {
    /// The scope of this process, according to the `/proc` at `root`.
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

    /// Whether a process that was recorded `there` may be alive.
    pub(crate) fn liveness(&self, there: &Self) -> Liveness {
        if self.boot_id.is_none() || there.boot_id.is_none() {
            return Liveness::Unknown;
        }
        let is_same_boot = self.boot_id == there.boot_id;
        if is_same_boot && self.pid_namespace == there.pid_namespace {
            return Liveness::InTable;
        }
        // The host name of a container differs from that of its machine.
        let is_same_machine = self.host_name == there.host_name;
        if !is_same_boot && is_same_machine {
            return Liveness::Gone;
        }
        Liveness::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{Liveness, PidScope};

    fn scope(boot: &str, namespace: &str, host: &str) -> PidScope {
        PidScope {
            boot_id: Some(boot.to_owned()),
            pid_namespace: Some(namespace.to_owned()),
            host_name: Some(host.to_owned()),
        }
    }

    #[test]
    fn pids_are_valid_only_in_their_boot_and_namespace() {
        let one = scope("a", "pid:[1]", "box");
        assert_eq!(one.liveness(&one), Liveness::InTable);
        assert_eq!(one.liveness(&scope("b", "pid:[1]", "box")), Liveness::Gone);
        assert_eq!(
            one.liveness(&scope("a", "pid:[2]", "c0ffee")),
            Liveness::Unknown
        );
        assert_eq!(
            one.liveness(&scope("b", "pid:[1]", "other")),
            Liveness::Unknown
        );
        assert_eq!(one.liveness(&PidScope::default()), Liveness::Unknown);
    }

    #[test]
    fn this_machine_is_known() {
        let this = PidScope::at(std::path::Path::new("/proc"));
        assert_eq!(this.boot_id.as_ref().map(String::len), Some(36));
        assert!(
            this.pid_namespace
                .is_some_and(|name| name.starts_with("pid:"))
        );
        assert!(this.host_name.is_some());
    }
}
