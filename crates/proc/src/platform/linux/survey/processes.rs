//! Which processes can be read.

use std::os::unix::fs::MetadataExt;

use rustix::io::Errno;
use rustix::process::geteuid;

use crate::Error;
use crate::native::ProcRoot;
use crate::native::mountinfo;
use crate::native::root::read_whole;

/// At most this many processes of other users are tried. Kernel threads among them have no memory.
const MOST_TRIED: usize = 200;

/// What the process table shows to this user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessSurvey {
    /// The number of visible processes.
    pub visible: u64,
    /// How many of them have unreadable resident memory.
    pub unreadable: u64,
    /// The value of the mount option `hidepid`; absent if it is not set.
    pub hidepid: Option<String>,
    /// Whether the PSS of this process can be read.
    pub own_pss: PssSupport,
    /// Whether the PSS of processes of other users can be read.
    pub others_pss: PssSupport,
}

/// Whether `smaps_rollup` can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PssSupport {
    /// There was no suitable process.
    #[default]
    NotTried,
    /// It can be read.
    Readable,
    /// This user may not read it.
    Denied,
    /// The file does not exist: before Linux 4.14, or in some kernel builds.
    Absent,
}

impl ProcessSurvey {
    /// Reads every process once.
    ///
    /// # Errors
    /// If the process table as a whole cannot be read.
    pub fn take(root: &ProcRoot) -> Result<Self, Error> {
        let mut survey = Self {
            hidepid: hidepid(root),
            own_pss: pss(root, "self"),
            ..Self::default()
        };
        let own_user = geteuid().as_raw();
        let path = root.path_of("");
        let entries = std::fs::read_dir(&path).map_err(|error| Error::system(&path, error))?;
        let mut text = Vec::new();
        let mut tried = 0;
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            match root.read_process_file(pid, "statm", &mut text) {
                Ok(Some(())) => survey.visible += 1,
                Ok(None) => continue,
                Err(_) => {
                    survey.visible += 1;
                    survey.unreadable += 1;
                }
            }
            let is_settled = survey.others_pss != PssSupport::NotTried || tried >= MOST_TRIED;
            if is_settled || entry.metadata().is_ok_and(|about| about.uid() == own_user) {
                continue;
            }
            tried += 1;
            survey.others_pss = pss(root, &pid.to_string());
        }
        Ok(survey)
    }
}

fn hidepid(root: &ProcRoot) -> Option<String> {
    let mut text = Vec::new();
    let file = root.open_file("self/mountinfo").ok()?;
    read_whole(&file, &mut text).ok()?;
    let mounts = mountinfo::parse(&text);
    let proc = mounts.iter().rfind(|mount| {
        mount.kind == "proc" && mount.point == root.path_of("").components().as_path()
    })?;
    // 0 and off are the default (proc(5)).
    proc.option("hidepid")
        .filter(|value| !["0", "off"].contains(value))
        .map(str::to_owned)
}

fn pss(root: &ProcRoot, process: &str) -> PssSupport {
    let mut text = Vec::new();
    let read = root
        .open_file(&format!("{process}/smaps_rollup"))
        .and_then(|file| read_whole(&file, &mut text));
    match read {
        Ok(()) if text.windows(5).any(|window| window == b"\nPss:") => PssSupport::Readable,
        Err(Errno::ACCESS | Errno::PERM) => PssSupport::Denied,
        Err(Errno::NOENT) => PssSupport::Absent,
        // A kernel thread or zombie, which has no memory, or a process that has just ended.
        _ => PssSupport::NotTried,
    }
}
