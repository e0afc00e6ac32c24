//! How the path of a group relates to the root of a mount.
//!
//! Both are relative to the root of the reader's cgroup namespace. Each level above that root reads
//! `/..`, which hides the names on the way: in a container with its own namespace and the host's
//! mount, the path of the own group reads `/`, and the root of the mount `/../..`.

use std::path::{Component, Path, PathBuf};

/// Where a group lies below a mount.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathBelowMount {
    /// At this path.
    At(PathBuf),
    /// At the path `rest` below `levels` directories with hidden names.
    Hidden { levels: usize, rest: PathBuf },
}

/// `None` if the group is not below the root of the mount.
pub(super) fn path_below_mount(group: &Path, mount_root: &Path) -> Option<PathBelowMount> {
    let (group_steps, group) = steps_up(group);
    let (root_steps, root) = steps_up(mount_root);
    if group_steps == root_steps {
        return Some(PathBelowMount::At(
            group.strip_prefix(&root).ok()?.to_owned(),
        ));
    }
    // A root that goes up and down again is not an ancestor of the group.
    let levels = root_steps.checked_sub(group_steps)?;
    (root.as_os_str().is_empty()).then_some(PathBelowMount::Hidden {
        levels,
        rest: group,
    })
}

fn steps_up(path: &Path) -> (usize, PathBuf) {
    let is_step = |component: &Component| *component == Component::ParentDir;
    let components = || {
        path.components()
            .skip_while(|component| *component == Component::RootDir)
    };
    (
        components().take_while(is_step).count(),
        components().skip_while(is_step).collect(),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{PathBelowMount, path_below_mount};

    /// Shows hidden names as stars.
    fn at(group: &str, root: &str) -> Option<String> {
        let (levels, rest) = match path_below_mount(Path::new(group), Path::new(root))? {
            PathBelowMount::At(rest) => (0, rest),
            PathBelowMount::Hidden { levels, rest } => (levels, rest),
        };
        Some(format!("{}{}", "*/".repeat(levels), rest.display()))
    }

    #[test]
    fn the_root_of_the_mount_is_taken_off() {
        assert_eq!(at("/a/b", "/").as_deref(), Some("a/b"));
        assert_eq!(at("/", "/").as_deref(), Some(""));
        assert_eq!(at("/docker/abc", "/docker/abc").as_deref(), Some(""));
        assert_eq!(at("/docker/abc/run", "/docker/abc").as_deref(), Some("run"));
    }

    #[test]
    fn a_group_beside_the_mount_is_not_in_it() {
        assert_eq!(at("/docker/abcd", "/docker/abc"), None);
        assert_eq!(at("/", "/docker"), None);
        assert_eq!(at("/../other", "/"), None);
        assert_eq!(at("/", "/../other"), None);
    }

    #[test]
    fn a_group_outside_the_namespace_is_found_when_the_mount_reaches_as_far() {
        assert_eq!(at("/../other/x", "/..").as_deref(), Some("other/x"));
        assert_eq!(at("/../../x", "/../..").as_deref(), Some("x"));
    }

    #[test]
    fn names_above_the_namespace_are_hidden() {
        assert_eq!(at("/", "/../..").as_deref(), Some("*/*/"));
        assert_eq!(at("/run", "/../..").as_deref(), Some("*/*/run"));
        assert_eq!(at("/../x", "/../..").as_deref(), Some("*/x"));
    }
}
