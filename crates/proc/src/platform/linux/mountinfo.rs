//! `/proc/PID/mountinfo`: the mounted file systems.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// One mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The directory of the file system that is mounted. For cgroups, relative to the root of the
    /// reader's cgroup namespace.
    pub root: PathBuf,
    /// The mount point.
    pub point: PathBuf,
    /// The type of the file system.
    pub kind: String,
    /// Whether it is mounted read-only.
    pub read_only: bool,
    /// The options of the file system, such as the controllers of a cgroup hierarchy.
    options: String,
}

impl Mount {
    /// The value of an option; empty if the option has none.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.options.split(',');
        options.find_map(|option| {
            let (found, value) = option.split_once('=').unwrap_or((option, ""));
            (found == name).then_some(value)
        })
    }
}

/// The mounts in the order of mounting. Skips malformed lines.
pub(super) fn parse(text: &[u8]) -> Vec<Mount> {
    text.split(|&byte| byte == b'\n')
        .filter_map(parse_line)
        .collect()
}

/// `31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate` (`proc(5)`).
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|&byte| byte == b' ');
    let root = fields.nth(3)?;
    let point = fields.next()?;
    let mount_options = fields.next()?;
    // A hyphen ends the optional fields.
    fields.find(|field| *field == b"-")?;
    let kind = String::from_utf8_lossy(fields.next()?).into_owned();
    Some(Mount {
        root: unescape(root),
        point: unescape(point),
        kind,
        read_only: mount_options
            .split(|&byte| byte == b',')
            .any(|option| option == b"ro"),
        options: String::from_utf8_lossy(fields.nth(1)?).into_owned(),
    })
}

/// Space, tab, newline and backslash are escaped as a backslash and three octal digits.
fn unescape(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        if first == b'\\'
            && let Some(byte) = after.get(..3).and_then(octal)
        {
            bytes.push(byte);
            rest = &after[3..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    OsString::from_vec(bytes).into()
}

fn octal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |number, &digit| {
        let value = digit.wrapping_sub(b'0');
        (value < 8).then_some(())?;
        number.checked_mul(8)?.checked_add(value)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::parse;

    #[test]
    fn the_fields_are_found_among_any_number_of_others() {
        let mounts = parse(
            b"22 27 0:21 / /proc ro,relatime - proc proc rw,hidepid=invisible\n\
              35 31 0:32 /a /sys/fs/cgroup/memory rw shared:9 master:2 - cgroup c rw,memory\n",
        );
        let [proc, memory] = &mounts[..] else {
            panic!("{mounts:?}");
        };
        assert_eq!((&*proc.kind, &*memory.kind), ("proc", "cgroup"));
        assert_eq!((proc.read_only, memory.read_only), (true, false));
        assert_eq!(proc.option("hidepid"), Some("invisible"));
        assert_eq!(memory.option("memory"), Some(""));
        assert_eq!(memory.option("mem"), None);
        assert_eq!(memory.root, Path::new("/a"));
        assert_eq!(memory.point, Path::new("/sys/fs/cgroup/memory"));
    }

    #[test]
    fn octal_escapes_are_characters_of_the_path() {
        let mounts = parse(
            br"31 23 0:28 /a\040b\134c /mnt/tab\011new\012line rw - cgroup2 none rw
",
        );
        assert_eq!(mounts[0].root, Path::new("/a b\\c"));
        assert_eq!(mounts[0].point, Path::new("/mnt/tab\tnew\nline"));
    }

    #[test]
    fn an_invalid_escape_is_left_unchanged() {
        let mounts = parse(b"31 23 0:28 /a\\9\\77\\400 /m\\04 rw - cgroup2 none rw\n");
        assert_eq!(mounts[0].root, Path::new("/a\\9\\77\\400"));
        assert_eq!(mounts[0].point, Path::new("/m\\04"));
    }

    #[test]
    fn a_source_without_a_name_does_not_shift_the_options() {
        let mounts = parse(b"31 23 0:28 / /m rw - cgroup  rw,memory\n");
        assert_eq!(mounts[0].option("memory"), Some(""));
    }

    #[test]
    fn text_cut_off_anywhere_is_refused_or_read_right() {
        let whole = b"35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory";
        for end in 0..whole.len() {
            for mount in parse(&whole[..end]) {
                assert_eq!(mount.point, Path::new("/sys/fs/cgroup/memory"));
            }
        }
    }
}
