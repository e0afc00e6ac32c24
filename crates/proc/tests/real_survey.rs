//! What this machine allows, asked the way `memtop doctor` asks.

use std::fs;
use std::process::Command;

use memtop_proc::native::ProcRoot;
use memtop_proc::native::cgroup::Cgroups;
use memtop_proc::native::survey::{GroupSurvey, ProcessSurvey, PssSupport, TracingSurvey};
use tempfile::TempDir;

fn root() -> ProcRoot {
    ProcRoot::system().unwrap()
}

#[test]
fn the_own_process_is_seen_and_can_be_read() {
    let survey = ProcessSurvey::take(&root()).unwrap();
    assert!(survey.visible >= 1);
    assert!(survey.unreadable < survey.visible);
    assert_eq!(survey.own_pss, PssSupport::Readable);
}

#[test]
fn a_tracing_survey_traces_no_process() {
    let survey = TracingSurvey::take(&root());
    let status = fs::read_to_string("/proc/self/status").unwrap();
    assert!(status.contains("\nTracerPid:\t0\n"));
    let euid = Command::new("id").arg("-u").output().unwrap().stdout;
    assert_eq!(survey.is_superuser, euid == b"0\n");
    assert!(survey.has_capability.is_some() && survey.seccomp_mode.is_some());
}

#[test]
fn a_survey_of_groups_leaves_none_behind() {
    let cgroups = Cgroups::system().unwrap();
    let survey = GroupSurvey::take(&cgroups);
    if let Ok(own) = survey.own {
        let name = format!("memtop-doctor-{}", std::process::id());
        assert!(!own.cgroup.directory().join(name).exists());
    }
    if let Err(refusal) = survey.run {
        assert!(!refusal.to_string().is_empty());
    }
}

#[test]
fn on_a_folder_that_is_no_proc_nothing_is_claimed() {
    let folder = TempDir::new().unwrap();
    let root = ProcRoot::open(folder.path()).unwrap();
    let survey = ProcessSurvey::take(&root).unwrap();
    assert_eq!((survey.visible, survey.own_pss), (0, PssSupport::Absent));
    let survey = TracingSurvey::take(&root);
    assert_eq!((survey.has_capability, survey.yama_scope), (None, None));
}
