//! The effective capabilities of this process.

use super::ProcRoot;
use super::fields::{field, field_bits};
use super::root::read_whole;

/// Allows tracing processes of other users, and tracing without dropping the privileges of setuid
/// programs (`capabilities(7)`).
pub const CAP_SYS_PTRACE: u32 = 19;

/// Whether this process has an effective capability. `None` if that cannot be read.
#[must_use]
pub fn has_effective(root: &ProcRoot, capability: u32) -> Option<bool> {
    let mut status = Vec::new();
    let file = root.open_file("self/status").ok()?;
    read_whole(&file, &mut status).ok()?;
    let set = field_bits(&status, "CapEff")?;
    // No process has a capability beyond the width of the set.
    Some(set.checked_shr(capability).unwrap_or(0) & 1 == 1)
}

/// Whether no exec gives this process and its descendants further privileges (`no_new_privs`).
#[must_use]
pub fn has_no_new_privileges(root: &ProcRoot) -> bool {
    let mut status = Vec::new();
    let read = root
        .open_file("self/status")
        .and_then(|file| read_whole(&file, &mut status));
    read.is_ok() && field(&status, "NoNewPrivs") == Some("1")
}

/// Whether this process is in the first user namespace, which maps all users to themselves.
#[must_use]
pub fn is_in_first_user_namespace(root: &ProcRoot) -> bool {
    let mut map = Vec::new();
    let read = root
        .open_file("self/uid_map")
        .and_then(|file| read_whole(&file, &mut map));
    let words = map
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    read.is_ok() && words.eq([&b"0"[..], b"0", b"4294967295"])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::{CAP_SYS_PTRACE, has_effective};
    use crate::native::ProcRoot;

    fn has(status: &str, capability: u32) -> Option<bool> {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("self")).unwrap();
        fs::write(folder.path().join("self/status"), status).unwrap();
        has_effective(&ProcRoot::open(folder.path()).unwrap(), capability)
    }

    #[test]
    fn only_the_effective_set_counts() {
        let status = "Name:\tx\nCapInh:\t000001ffffffffff\nCapPrm:\t000001ffffffffff\n\
                      CapEff:\t0000000000080000\nCapBnd:\t000001ffffffffff\n";
        assert_eq!(has(status, CAP_SYS_PTRACE), Some(true));
        assert_eq!(has(status, CAP_SYS_PTRACE - 1), Some(false));
        assert_eq!(has(status, CAP_SYS_PTRACE + 1), Some(false));
        assert_eq!(has(status, 64), Some(false));
        let none = status.replace("0000000000080000", "0000000000000000");
        assert_eq!(has(&none, CAP_SYS_PTRACE), Some(false));
    }

    #[test]
    fn without_the_field_the_answer_is_unknown() {
        assert_eq!(has("", CAP_SYS_PTRACE), None);
        assert_eq!(has("CapEff:\t\n", CAP_SYS_PTRACE), None);
        assert_eq!(has("CapEff:\tx\n", CAP_SYS_PTRACE), None);
        let folder = TempDir::new().unwrap();
        let root = ProcRoot::open(folder.path()).unwrap();
        assert_eq!(has_effective(&root, CAP_SYS_PTRACE), None);
    }

    #[test]
    fn the_capabilities_of_this_process_can_be_read() {
        assert!(has_effective(&ProcRoot::system().unwrap(), CAP_SYS_PTRACE).is_some());
    }
}
