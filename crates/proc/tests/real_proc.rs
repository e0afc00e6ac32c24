//! The Linux observer on this machine's own processes.

use std::path::Path;
use std::process::{Child, Command, id};
use std::sync::mpsc::channel;
use std::thread::spawn;
use std::time::{Duration, Instant};

use memtop_proc::native::{NativeObserver, ProcRoot};
use memtop_proc::{Birth, Observer, Reading};

/// A sleeping process that ends with the test.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> Self {
        Self(
            Command::new("sleep")
                .arg("60")
                .spawn()
                .expect("sleep starts"),
        )
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn observer() -> NativeObserver {
    NativeObserver::new(ProcRoot::system().unwrap()).unwrap()
}

#[test]
fn a_child_is_found_among_the_births_with_its_parent() {
    let mut observer = observer();
    let mut births = Vec::new();
    observer.note_present().unwrap();
    let sleeper = Sleeper::start();
    let deadline = Instant::now() + Duration::from_secs(5);
    let birth = loop {
        births.clear();
        observer.births(&mut births).unwrap();
        if let Some(birth) = births.iter().find(|birth| birth.id.pid == sleeper.0.id()) {
            break *birth;
        }
        assert!(Instant::now() < deadline, "the child is never seen");
    };
    assert_eq!(birth.parent, id());
}

#[test]
fn threads_are_never_births() {
    let mut observer = observer();
    let mut births = Vec::new();
    observer.note_present().unwrap();
    let (end, ended) = channel::<()>();
    let thread = spawn(move || ended.recv());
    observer.births(&mut births).unwrap();
    let is_thread = |birth: &Birth| {
        birth.id.pid != id()
            && Path::new("/proc/self/task")
                .join(birth.id.pid.to_string())
                .exists()
    };
    assert!(!births.iter().any(is_thread), "{births:?}");
    drop(end);
    assert!(thread.join().unwrap().is_err());
}

#[test]
fn a_handle_outlives_its_process_and_says_so() {
    let mut observer = observer();
    let sleeper = Sleeper::start();
    let id = observer
        .identify(sleeper.0.id())
        .unwrap()
        .expect("it runs")
        .id;
    let mut handle = observer.watch(id).unwrap().expect("it runs");
    assert!(
        matches!(observer.resident(&mut handle).unwrap(), Reading::Resident { bytes, .. } if bytes > 0)
    );
    drop(sleeper);
    assert_eq!(observer.resident(&mut handle).unwrap(), Reading::Gone);
    assert_eq!(observer.identify(id.pid).unwrap(), None);
}

#[test]
fn without_a_descriptor_to_keep_a_process_is_read_by_name() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    // In a child of its own, since the limit holds for a whole process.
    if std::env::var_os("MEMTOP_TEST_FEW_FILES").is_none() {
        let test = "without_a_descriptor_to_keep_a_process_is_read_by_name";
        let status = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--test-threads=1"])
            .env("MEMTOP_TEST_FEW_FILES", "1")
            .status()
            .unwrap();
        assert!(status.success());
        return;
    }
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(24);
    setrlimit(Resource::Nofile, limit).unwrap();
    let sleepers: Vec<Sleeper> = (0..12).map(|_| Sleeper::start()).collect();
    let mut observer = observer();
    let mut watched: Vec<_> = sleepers
        .iter()
        .map(|sleeper| {
            let id = observer.identify(sleeper.0.id()).unwrap().unwrap().id;
            observer.watch(id).unwrap().unwrap()
        })
        .collect();
    assert!(observer.without_descriptor() > 0);
    for handle in &mut watched {
        let reading = observer.resident(handle).unwrap();
        assert!(matches!(reading, Reading::Resident { bytes, .. } if bytes > 0));
    }
    drop(sleepers);
    for handle in &mut watched {
        assert_eq!(observer.resident(handle).unwrap(), Reading::Gone);
    }
}
