//! Page faults of the whole machine, and how many of them allocated anonymous huge pages.

use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};

use super::ProcRoot;
use super::root::read_whole;
use crate::MachineFaults;

const SETTINGS: &str = "/sys/kernel/mm/transparent_hugepage";

/// Reads the page fault counters of the machine.
#[derive(Debug)]
pub(super) struct FaultCounts {
    vmstat: Option<OwnedFd>,
    huge: HugeFaults,
    /// A file with only the number of huge faults, since Linux 6.8.
    huge_alone: Option<OwnedFd>,
}

/// Whether faults that allocate a huge page are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HugeFaults {
    /// Huge pages are disabled.
    Never,
    /// The kernel counts them all.
    Counted,
    /// The kernel does not count some of them.
    Unknown,
}

impl FaultCounts {
    pub(super) fn find(root: &ProcRoot) -> Self {
        Self::find_at(root, Path::new(SETTINGS))
    }

    fn find_at(root: &ProcRoot, settings: &Path) -> Self {
        let huge_alone = pmd_size_folder(settings).and_then(|size| {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            open(size.join("stats/anon_fault_alloc"), flags, Mode::empty()).ok()
        });
        Self {
            vmstat: root.open_file("vmstat").ok(),
            huge: HugeFaults::find_at(settings),
            huge_alone,
        }
    }

    /// How many faults allocated a huge page so far. `None` if unknown.
    pub(super) fn huge(&self, text: &mut Vec<u8>) -> Option<u64> {
        match (self.huge, &self.huge_alone) {
            (HugeFaults::Never, _) => Some(0),
            (HugeFaults::Unknown, _) => None,
            (HugeFaults::Counted, Some(file)) => {
                read_whole(file, text).ok()?;
                std::str::from_utf8(text).ok()?.trim().parse().ok()
            }
            (HugeFaults::Counted, None) => self.read(text)?.huge,
        }
    }

    /// All counters. `None` if unknown.
    pub(super) fn read(&self, text: &mut Vec<u8>) -> Option<MachineFaults> {
        read_whole(self.vmstat.as_ref()?, text).ok()?;
        Some(MachineFaults {
            all: count_in(text, b"pgfault ")?,
            huge: match self.huge {
                HugeFaults::Never => Some(0),
                HugeFaults::Counted => count_in(text, b"thp_fault_alloc "),
                HugeFaults::Unknown => None,
            },
        })
    }
}

impl HugeFaults {
    fn find_at(settings: &Path) -> Self {
        let is_never = |file: PathBuf| chosen(&file).is_none_or(|chosen| chosen == "never");
        // Since Linux 6.8 there are further sizes; `vmstat` counts only the PMD size.
        let pmd_size = pmd_size_folder(settings);
        let others_are_off = std::fs::read_dir(settings).is_ok_and(|entries| {
            let sizes = entries.filter_map(|entry| Some(entry.ok()?.path()));
            sizes
                .filter(|size| pmd_size.as_ref() != Some(size))
                .all(|size| is_never(size.join("enabled")))
        });
        if !others_are_off && settings.exists() {
            Self::Unknown
        } else if is_never(settings.join("enabled")) {
            Self::Never
        } else {
            Self::Counted
        }
    }
}

fn count_in(text: &[u8], key: &[u8]) -> Option<u64> {
    let line = text
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(key))?;
    std::str::from_utf8(line).ok()?.trim().parse().ok()
}

/// The folder of the huge page size that `vmstat` counts.
fn pmd_size_folder(settings: &Path) -> Option<PathBuf> {
    let bytes = std::fs::read_to_string(settings.join("hpage_pmd_size")).ok()?;
    let kilobytes = bytes.trim().parse::<u64>().ok()? / 1024;
    Some(settings.join(format!("hugepages-{kilobytes}kB")))
}

/// The word in brackets: `always [madvise] never`.
fn chosen(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let (_, rest) = text.split_once('[')?;
    Some(rest.split_once(']')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::FaultCounts;
    use crate::native::ProcRoot;

    fn huge(of_pmd_size: Option<&str>, of_64_kilobytes: &str) -> Option<u64> {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("settings");
        let write = |file: &Path, text: &str| {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        if let Some(enabled) = of_pmd_size {
            write(&settings.join("enabled"), enabled);
            write(&settings.join("hpage_pmd_size"), "2097152\n");
            write(
                &settings.join("hugepages-2048kB/enabled"),
                "always [inherit] madvise never",
            );
            write(&settings.join("hugepages-64kB/enabled"), of_64_kilobytes);
        }
        write(
            &folder.path().join("vmstat"),
            "nr_free_pages 1\npgfault 5000\nthp_fault_alloc 768\nthp_fault_fallback 2\n",
        );
        let root = ProcRoot::open(folder.path()).unwrap();
        let counts = FaultCounts::find_at(&root, &settings);
        let faults = counts.read(&mut Vec::new()).unwrap();
        assert_eq!(faults.all, 5_000);
        assert_eq!(counts.huge(&mut Vec::new()), faults.huge);
        faults.huge
    }

    #[test]
    fn huge_faults_are_counted_if_huge_pages_are_enabled() {
        let off = "always inherit madvise [never]";
        assert_eq!(huge(Some("always [madvise] never"), off), Some(768));
        assert_eq!(huge(Some("always madvise [never]"), off), Some(0));
        assert_eq!(huge(None, off), Some(0), "the kernel has no huge pages");
    }

    #[test]
    fn with_other_huge_page_sizes_the_count_is_unknown() {
        let on = "[always] inherit madvise never";
        assert_eq!(huge(Some("always [madvise] never"), on), None);
        assert_eq!(huge(Some("always madvise [never]"), on), None);
    }
}
