//! `/proc/PID/cgroup`: the groups of a process, one in each hierarchy.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Version;

/// The group that accounts for memory. The path is relative to the root of the reader's cgroup
/// namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub version: Version,
    pub path: PathBuf,
}

/// `None` if no hierarchy accounts for memory.
///
/// Version 1 takes precedence: a controller belongs to only one hierarchy, so if a line of version
/// 1 names memory, the unified hierarchy does not have it.
pub(super) fn of_memory(text: &[u8]) -> Option<Membership> {
    let lines = || text.split(|&byte| byte == b'\n').filter_map(parse_line);
    let legacy = lines().find(|line| {
        line.controllers
            .split(|&b| b == b',')
            .any(|c| c == b"memory")
    });
    let unified = || lines().find(|line| line.hierarchy == b"0" && line.controllers.is_empty());
    let (version, line) = match legacy {
        Some(line) => (Version::V1, line),
        None => (Version::V2, unified()?),
    };
    Some(Membership {
        version,
        path: line.path.to_owned(),
    })
}

struct Line<'text> {
    hierarchy: &'text [u8],
    controllers: &'text [u8],
    path: &'text Path,
}

/// `4:memory:/user.slice`. The path may contain colons, but no newline, which the kernel rejects.
fn parse_line(line: &[u8]) -> Option<Line<'_>> {
    let mut fields = line.splitn(3, |&byte| byte == b':');
    Some(Line {
        hierarchy: fields.next()?,
        controllers: fields.next()?,
        path: Some(Path::new(OsStr::from_bytes(fields.next()?))).filter(|path| path.has_root())?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Version, of_memory};

    fn found(text: &str) -> Option<(Version, String)> {
        let membership = of_memory(text.as_bytes())?;
        Some((membership.version, membership.path.to_str()?.to_owned()))
    }

    #[test]
    fn the_unified_hierarchy_is_the_line_of_number_0() {
        let path = "/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope";
        assert_eq!(
            found(&format!("0::{path}\n")),
            Some((Version::V2, path.to_owned()))
        );
    }

    #[test]
    fn beside_a_unified_hierarchy_version_1_has_the_memory() {
        let text = "9:name=systemd:/\n4:memory:/a\n3:cpu,cpuacct:/b\n0::/c\n";
        assert_eq!(found(text), Some((Version::V1, "/a".to_owned())));
    }

    #[test]
    fn memory_may_share_its_hierarchy() {
        let text = "5:cpuset,memory,pids:/a\n0::/\n";
        assert_eq!(found(text), Some((Version::V1, "/a".to_owned())));
    }

    #[test]
    fn a_hierarchy_that_is_only_named_memory_has_none() {
        let text = "4:name=memory:/a\n3:memoryx:/b\n";
        assert_eq!(found(text), None);
    }

    #[test]
    fn colons_and_odd_bytes_belong_to_the_path() {
        assert_eq!(
            found("0::/a:b::c d\\040\n"),
            Some((Version::V2, "/a:b::c d\\040".to_owned()))
        );
        let odd = of_memory(b"0::/\xff\n").expect("it is there");
        assert_eq!(
            odd.path.as_os_str().len(),
            Path::new("/x").as_os_str().len()
        );
    }

    #[test]
    fn malformed_lines_are_skipped() {
        assert_eq!(found(""), None);
        assert_eq!(found("0:\n:\n0::relative\n"), None);
        assert_eq!(
            found("broken\n0::/a\n"),
            Some((Version::V2, "/a".to_owned()))
        );
    }
}
