//! Traced runs of programs that do not make it easy.

mod runs;

use std::fs;
use std::process::{self, Stdio};
use std::thread;
use std::time::Duration;

use memtop_sampler::Interval;
use memtop_spawn::{End, FollowedBy, Options, Outcome, StartError, SurvivorsUse, TraceUse};
use runs::{
    Folder, MB, PYTHON, assert_all_followed, assert_all_measured, command, count_own, exists,
    finish, has_ended, is_alone, kill, options, own_children, peak, start, task, traced, until,
};

#[track_caller]
fn assert_exited(outcome: &Outcome, code: i32) {
    assert_eq!(outcome.end, Some(End::Exited(code)), "{outcome:?}");
}

#[track_caller]
fn assert_between(bytes: u64, least: u64, most: u64) {
    assert!(
        (least..=most).contains(&bytes),
        "{bytes} is not from {least} to {most}"
    );
}

#[test]
fn every_process_of_a_loop_is_seen_from_start_to_end() {
    let outcome = traced(&["perl", "-e", "system '/bin/true' for 1..300"]);
    assert_exited(&outcome, 0);
    assert_eq!(task(&outcome).seen, 301);
    assert_all_measured(&outcome);
    assert_eq!(outcome.remarks, [""; 0]);
}

/// Takes N megabytes, holds them for 5 ms and ends.
const SHORT_LIFE: &str = r"
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <unistd.h>
    int main(int count, char **words) {
        size_t size = (size_t) atoi(words[1]) << 20;
        void *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(memory, size, MADV_HUGEPAGE);
        memset(memory, 1, size);
        usleep(5000);
        return 0;
    }";

#[test]
fn large_children_one_after_the_other_are_measured_and_never_added_up() {
    let folder = Folder::new();
    let Some(program) = folder.compiled(SHORT_LIFE, &[]) else {
        return;
    };
    let script = format!("system '{program}', 300 for 1..8");
    let outcome = traced(&["perl", "-e", &script]);
    assert_exited(&outcome, 0);
    assert_all_measured(&outcome);
    let parent = 10 * MB;
    let peak = peak(&outcome);
    assert_between(peak, 300 * MB, (300 * MB + parent) * 102 / 100);
    let ceiling = outcome.ceiling_bytes.clone().unwrap();
    assert_between(ceiling, peak, peak * 110 / 100);
    let largest = task(&outcome).largest.as_ref().unwrap();
    assert_between(largest.bytes, 300 * MB, 310 * MB);
    assert_eq!(largest.description.command, [&program, "300"]);
}

#[test]
fn a_process_that_leaves_the_session_or_its_parent_stays_in_the_tree() {
    let folder = Folder::new();
    let file = folder.path("pids");
    // The second is an orphan at once; all three write their pids last of all.
    let report = format!("sleep 0.2; echo $$ >> {file}");
    let script = format!(
        "setsid sh -c '{report}' & (sh -c '{report}' &); (setsid sh -c '{report}' &); wait; \
         until [ $(wc -l < {file}) = 3 ]; do sleep 0.01; done"
    );
    let outcome = traced(&["sh", "-c", &script]);
    assert_exited(&outcome, 0);
    assert_all_followed(&outcome);
    let output = folder.pids("pids", 3);
    assert!(task(&outcome).max_alive >= 4, "{output:?} {outcome:?}");
}

#[test]
fn memory_of_an_orphan_counts() {
    let folder = Folder::new();
    let file = folder.path("done");
    let perl = format!("\\$held = 'x' x (150 << 20); open F, '>{file}'");
    let script =
        format!("(perl -e \"{perl}\" &) ; until [ -e {file} ]; do sleep 0.01; done; sleep 0.1");
    let outcome = traced(&["sh", "-c", &script]);
    assert_all_followed(&outcome);
    assert!(peak(&outcome) >= 150 * MB, "{outcome:?}");
}

/// Runs statements of Python in a process that has 200 MB.
fn large_python(statements: &str) -> Outcome {
    let program =
        format!("import os, subprocess, sys\nheld = bytearray(b'x') * (200 << 20)\n{statements}\n");
    traced(&[PYTHON, "-c", &program])
}

#[test]
fn a_child_that_borrows_its_parents_memory_does_not_count_it_again() {
    for start in [
        "subprocess.run(['/bin/true'])",
        "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)",
    ] {
        let outcome = large_python(&format!("for _ in range(30): {start}"));
        assert_exited(&outcome, 0);
        assert_all_measured(&outcome);
        assert_eq!(task(&outcome).seen, 31);
        assert_between(peak(&outcome), 200 * MB, 230 * MB);
        assert_between(outcome.ceiling_bytes.unwrap(), 200 * MB, 250 * MB);
    }
}

#[test]
fn a_borrower_that_cannot_become_its_program_has_no_memory_of_its_own() {
    let outcome = large_python(
        "for _ in range(30):
            try: subprocess.run(['/no/such/program'])
            except FileNotFoundError: continue
            sys.exit(9)",
    );
    assert_exited(&outcome, 0);
    assert_all_measured(&outcome);
    assert_eq!(task(&outcome).seen, 31);
    assert_between(peak(&outcome), 200 * MB, 230 * MB);
    assert_between(outcome.ceiling_bytes.unwrap(), 200 * MB, 250 * MB);
}

/// A program with 100 MB that starts children by `clone(2)`. Its arguments: the flags, how many
/// children, and whether each writes to all of that memory. With a further argument each becomes
/// another program. Each lives for half a second.
const CLONES: &str = r"
    #define _GNU_SOURCE
    #include <sched.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <sys/wait.h>
    #include <unistd.h>
    static const size_t size = 100 << 20, stack = 64 << 10;
    static char **words, *memory;
    static int live(void *none) {
        if (*words[3] == 'w') memset(memory, 2, size);
        if (words[4]) execvp(words[4], words + 4);
        usleep(500 * 1000);
        return 0;
    }
    static char *mapped(size_t size) {
        return mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    int main(int count, char **given) {
        words = given;
        memory = mapped(size);
        memset(memory, 1, size);
        int flags = 0, children = atoi(words[2]);
        for (char *flag = words[1]; *flag; flag++)
            flags |= *flag == 'm' ? CLONE_VM : *flag == 'w' ? CLONE_VFORK : SIGCHLD;
        for (int i = 0; i < children; i++)
            if (clone(live, mapped(stack) + stack, flags, 0) < 0) return 9;
        for (int i = 0; i < children; i++)
            if (waitpid(-1, 0, __WALL) < 0) return 8;
        return 0;
    }";

fn clones(arguments: &[&str]) -> Option<Outcome> {
    let folder = Folder::new();
    let program = folder.compiled(CLONES, &[])?;
    let outcome = traced(&[&[&*program], arguments].concat());
    assert_exited(&outcome, 0);
    assert_all_followed(&outcome);
    Some(outcome)
}

#[test]
fn clones_that_share_their_parents_memory_do_not_count_it_again() {
    // With a signal at their end ptrace reports them as a fork, without one as a thread.
    for flags in ["ms", "m"] {
        let Some(outcome) = clones(&[flags, "16", "-"]) else {
            return;
        };
        assert_eq!(task(&outcome).seen, 17);
        assert_between(peak(&outcome), 100 * MB, 110 * MB);
    }
}

#[test]
fn a_clone_that_becomes_a_program_has_memory_of_its_own() {
    let perl = "open Z, '</dev/zero'; sysread Z, $held, 50 << 20; select undef, undef, undef, 0.5";
    for flags in ["ms", "m"] {
        let Some(outcome) = clones(&[flags, "1", "-", "perl", "-e", perl]) else {
            return;
        };
        assert_between(peak(&outcome), 150 * MB, 170 * MB);
    }
}

#[test]
fn a_child_whose_parent_waits_for_it_may_have_a_copy_all_the_same() {
    let Some(outcome) = clones(&["sw", "1", "write"]) else {
        return;
    };
    assert_between(task(&outcome).highest_rss_bytes, 200 * MB, 220 * MB);
}

#[test]
fn a_copy_that_ends_without_a_program_of_its_own_shares_its_memory() {
    let outcome = large_python(
        "for _ in range(30):
            pid = os.fork()
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)",
    );
    assert_exited(&outcome, 0);
    assert_all_followed(&outcome);
    assert_eq!(task(&outcome).seen, 31);
    assert_between(peak(&outcome), 200 * MB, 230 * MB);
}

#[test]
fn an_exec_by_another_thread_leaves_one_process() {
    let exec = "os.execvp('sh', ['sh', '-c', 'sleep 0.2; exit 7'])";
    let program = format!(
        "import os, threading, time\n\
         for _ in range(3): threading.Thread(target=time.sleep, args=(60,)).start()\n\
         threading.Thread(target=lambda: {exec}).start()\n\
         time.sleep(60)\n"
    );
    let outcome = traced(&[PYTHON, "-c", &program]);
    assert_exited(&outcome, 7);
    assert!(outcome.duration >= Duration::from_millis(200));
    assert_all_followed(&outcome);
    // With the sleep that the shell starts.
    assert_eq!(task(&outcome).seen, 2);
    // The same one level down, where its parent waits for it.
    let below = format!(
        "import subprocess, sys\n\
         sys.exit(subprocess.run(['{PYTHON}', '-c', sys.argv[1]]).returncode)\n"
    );
    let outcome = traced(&[PYTHON, "-c", &below, &program]);
    assert_exited(&outcome, 7);
    assert_all_followed(&outcome);
    assert_eq!(task(&outcome).seen, 3);
}

/// Becomes the program that it is given, from a thread that is not its first, which waits meanwhile
/// or has ended before.
const SHIM: &str = r#"
    #include <pthread.h>
    #include <string.h>
    #include <unistd.h>
    static char **words;
    static void *become(void *none) {
        if (!strcmp(words[1], "ended")) usleep(100 * 1000);
        execvp(words[2], words + 2);
        _exit(9);
    }
    int main(int count, char **given) {
        pthread_t thread;
        words = given;
        if (pthread_create(&thread, 0, become, 0)) return 9;
        if (!strcmp(words[1], "ended")) pthread_exit(0);
        pthread_join(thread, 0);
        return 9;
    }"#;

/// Perl statements that fill `megabytes` of memory, once.
fn fill(megabytes: u32) -> String {
    format!("open Z, '</dev/zero'; sysread Z, $held, {megabytes} << 20;")
}

#[test]
fn a_program_that_another_thread_has_become_is_measured_as_any() {
    let folder = Folder::new();
    let Some(shim) = folder.compiled(SHIM, &["-pthread"]) else {
        return;
    };
    for first_thread in ["waits", "ended"] {
        // They do not end at the same time, which would be another occasion to look at both.
        let large = format!("{} select undef, undef, undef, $ARGV[0] * 0.7", fill(300));
        // With a peak from before a process that is about to end is worth no look of its own.
        let script = format!(
            "{} undef $held; \
             for (1..2) {{ fork or exec '{shim}', '{first_thread}', 'perl', '-e', $ARGV[0], $_ }} \
             1 while wait != -1",
            fill(200)
        );
        // So that no sample comes between their births and what they become.
        let options = Options {
            interval: Interval::Fixed(Duration::from_millis(250)),
            ..options(TraceUse::Ptrace)
        };
        let outcome = finish(&["perl", "-e", &script, &large], options).outcome;
        assert_exited(&outcome, 0);
        assert_all_measured(&outcome);
        assert_eq!(task(&outcome).seen, 3);
        assert_between(peak(&outcome), 600 * MB, 650 * MB);
    }
}

/// Has eight threads that wait, and a ninth that ends the process where the first does not.
const ENDS: &str = r"
    #include <pthread.h>
    #include <stdlib.h>
    #include <unistd.h>
    static void *wait(void *none) { for (;;) pause(); }
    /* Once the first thread waits: killed at the stop for its last clone, it may miss that at its end. */
    static void *end(void *none) { usleep(2000); exit(0); }
    int main(int count, char **words) {
        pthread_t thread;
        for (int i = 0; i < 8; i++)
            if (pthread_create(&thread, 0, wait, 0)) return 9;
        if (*words[1] == 'f') exit(0);
        if (pthread_create(&thread, 0, end, 0)) return 9;
        wait(0);
    }";

#[test]
fn whichever_thread_ends_a_process_it_was_measured() {
    let folder = Folder::new();
    let Some(program) = folder.compiled(ENDS, &["-pthread"]) else {
        return;
    };
    for which in ["first", "other"] {
        let script = format!("system('{program}', '{which}') and exit 9 for 1..100");
        let outcome = traced(&["perl", "-e", &script]);
        assert_exited(&outcome, 0);
        assert_all_measured(&outcome);
        assert_eq!(task(&outcome).seen, 101);
    }
}

/// Its first thread ends, and another takes N megabytes then.
const WITHOUT_FIRST: &str = r"
    #include <pthread.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    static char **words;
    static void *live(void *none) {
        usleep(100 * 1000);
        size_t size = (size_t) atoi(words[1]) << 20;
        char *memory = malloc(size);
        memset(memory, 1, size);
        exit(memory[size / 2] + 4);
    }
    int main(int count, char **given) {
        pthread_t thread;
        words = given;
        if (pthread_create(&thread, 0, live, 0)) return 9;
        pthread_exit(0);
    }";

#[test]
fn what_a_process_has_had_is_read_at_the_end_of_its_last_thread() {
    let folder = Folder::new();
    let Some(program) = folder.compiled(WITHOUT_FIRST, &["-pthread"]) else {
        return;
    };
    let outcome = traced(&[&program, "200"]);
    assert_exited(&outcome, 5);
    assert_all_measured(&outcome);
    let largest = task(&outcome).largest.as_ref().unwrap();
    assert_between(largest.bytes, 200 * MB, 220 * MB);
}

#[test]
fn a_parent_stops_its_child_and_lets_it_continue() {
    let program = "
import mmap, os, signal, sys, time
count = mmap.mmap(-1, 8)
def counted(): return int.from_bytes(count[:8], 'little')
pid = os.fork()
# SIGTSTP does not stop an orphaned process group, which the one around this may be.
if pid == 0: os.setpgid(0, 0)
while pid == 0:
    count[:8] = (counted() + 1).to_bytes(8, 'little')
    time.sleep(0.001)
while counted() == 0: time.sleep(0.001)
for number in (signal.SIGSTOP, signal.SIGTSTP):
    os.kill(pid, number)
    _, status = os.waitpid(pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status) or os.WSTOPSIG(status) != number: sys.exit(11)
    before = counted()
    time.sleep(0.1)
    if counted() != before: sys.exit(12)
    os.kill(pid, signal.SIGCONT)
    _, status = os.waitpid(pid, os.WCONTINUED)
    if not os.WIFCONTINUED(status): sys.exit(13)
    while counted() == before: time.sleep(0.001)
os.kill(pid, signal.SIGSTOP)
os.waitpid(pid, os.WUNTRACED)
os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
sys.exit(0 if os.WIFSIGNALED(status) and os.WTERMSIG(status) == 9 else 14)
";
    let outcome = traced(&[PYTHON, "-c", program]);
    assert_exited(&outcome, 0);
    assert_all_followed(&outcome);
}

#[test]
fn job_control_of_a_shell_works() {
    if !exists("bash") {
        return;
    }
    let script = "set -m; perl -e 'kill STOP => $$; exit 5' & \
                  until jobs -s | grep -q perl; do sleep 0.01; done; \
                  kill -CONT %1; wait %1; test $? = 5 && echo fine | cat > /dev/null";
    let outcome = traced(&["bash", "-c", script]);
    assert_exited(&outcome, 0);
    assert_all_followed(&outcome);
}

/// The process itself was released, and what it has started since was found by scans.
fn assert_released_and_found(outcome: &Outcome, children: u64) {
    assert_eq!(outcome.tracking.released, 1, "{outcome:?}");
    assert_eq!(task(outcome).seen, 1 + children, "{outcome:?}");
    assert_eq!(task(outcome).found, 1 + children, "{outcome:?}");
    assert!(peak(outcome) >= 20 * MB);
}

#[test]
fn a_process_with_a_storm_of_signals_is_released() {
    let program = "$SIG{USR1} = sub { $count++ }; kill USR1 => $$ for 1..100_000; \
                   $count == 100_000 or exit 9; \
                   system 'perl', '-e', '$held = q(x) x (20 << 20); select undef, undef, undef, 0.5'; \
                   exit 3";
    let outcome = traced(&["perl", "-e", program]);
    assert_exited(&outcome, 3);
    assert_released_and_found(&outcome, 1);
}

const THREADS: &str = r#"
    #include <pthread.h>
    #include <stdlib.h>
    static void *nothing(void *none) { return none; }
    int main(void) {
        for (int i = 0; i < 3000; i++) {
            pthread_t thread;
            if (pthread_create(&thread, 0, nothing, 0) || pthread_join(thread, 0)) return 9;
        }
        system("exec perl -e '$held = q(x) x (20 << 20); select undef, undef, undef, 0.5'");
        return 4;
    }"#;

#[test]
fn a_process_with_a_storm_of_threads_is_released() {
    let folder = Folder::new();
    let Some(program) = folder.compiled(THREADS, &["-pthread"]) else {
        return;
    };
    let outcome = traced(&[&program]);
    assert_exited(&outcome, 4);
    assert_released_and_found(&outcome, 1);
}

/// Runs a script without memtop and then traced, and gives what it writes to a file of this name.
fn bare_and_traced(script: &str, file: &str) -> (String, Outcome) {
    let bare = process::Command::new("sh")
        .args(["-c", script])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    fs::remove_file(file).unwrap();
    let outcome = traced(&["sh", "-c", script]);
    assert_eq!(outcome.end.map(code), Some(bare.code()), "{outcome:?}");
    assert!(outcome.tracking.released >= 1, "{outcome:?}");
    (fs::read_to_string(file).unwrap(), outcome)
}

fn code(end: End) -> Option<i32> {
    match end {
        End::Exited(code) => Some(code),
        End::Signaled(_) => None,
    }
}

#[test]
fn strace_can_trace() {
    if !exists("strace") {
        return;
    }
    let folder = Folder::new();
    let file = folder.path("calls");
    let script = format!("strace -f -o {file} sh -c '/bin/true; exit 6'; exit $?");
    let (calls, _) = bare_and_traced(&script, &file);
    assert!(calls.contains("/bin/true") && calls.contains("+++ exited with 6 +++"));
}

#[test]
fn strace_can_attach_to_a_running_process() {
    if !exists("strace") {
        return;
    }
    let folder = Folder::new();
    let file = folder.path("calls");
    // It ends once it has been seen to make a call.
    let script = format!(
        "perl -e 'select undef, undef, undef, 0.01 while 1' & looped=$!; \
         strace -q -o {file} -p $looped 2> /dev/null & \
         until grep -qs select {file}; do sleep 0.01; done; kill $looped; wait; exit 6"
    );
    let (calls, _) = bare_and_traced(&script, &file);
    assert!(calls.contains("select"));
}

#[test]
fn gdb_can_debug() {
    if !exists("gdb") {
        return;
    }
    let folder = Folder::new();
    let file = folder.path("output");
    let script = format!("gdb -nx -batch -ex run --args /bin/true < /dev/null > {file} 2>&1");
    let (output, _) = bare_and_traced(&script, &file);
    assert!(output.contains("exited normally"), "{output}");
}

#[test]
fn a_program_that_looks_for_its_leaks_finds_them() {
    let folder = Folder::new();
    let source = "#include <stdlib.h>\n\
                  int main(void) { volatile char *p = malloc(99); p[0] = 1; p = 0; return 0; }";
    let Some(program) = folder.compiled(source, &["-fsanitize=address"]) else {
        return;
    };
    let file = folder.path("output");
    let script = format!("{program} > {file} 2>&1");
    let (output, _) = bare_and_traced(&script, &file);
    assert!(output.contains("99 byte(s) leaked"), "{output}");
}

#[test]
fn a_process_killed_from_outside_is_reported_as_such_and_measured() {
    let folder = Folder::new();
    let script = format!("echo $$ > {}; while :; do :; done", folder.path("pids"));
    let started = start(command(&["sh", "-c", &script]), options(TraceUse::Ptrace)).unwrap();
    let pid = started.run.pid();
    assert_eq!(folder.pids("pids", 1), [pid]);
    kill(pid);
    let outcome = started.finish().outcome;
    assert_eq!(outcome.end, Some(End::Signaled(9)));
    assert!(peak(&outcome) > 100_000);
    assert_all_followed(&outcome);
    assert_eq!(outcome.out_of_memory, None);
    assert!(outcome.stopped.is_none());
}

#[test]
fn a_failed_traced_start_has_its_reason_and_leaves_nothing() {
    let name = "a_failed_traced_start_has_its_reason_and_leaves_nothing";
    if !is_alone(name, &[]) {
        return;
    }
    let error = |arguments: &[&str]| {
        let started = start(command(arguments), options(TraceUse::Ptrace));
        started.err().expect("it cannot start")
    };
    for missing in ["no-such-command", "/no/such/file"] {
        assert!(matches!(error(&[missing]), StartError::NotFound { .. }));
        assert_eq!(own_children(), []);
    }
    for other in ["/", "/dev/null"] {
        assert!(matches!(error(&[other]), StartError::NotExecutable { .. }));
        assert_eq!(own_children(), []);
    }
}

#[test]
fn a_command_that_is_traced_already_is_not_traced_or_refused() {
    if !exists("strace") {
        return;
    }
    let name = "a_command_that_is_traced_already_is_not_traced_or_refused";
    if !is_alone(
        name,
        &["strace", "-f", "-qq", "-e", "none", "-o", "/dev/null"],
    ) {
        return;
    }
    let refused = start(command(&["true"]), options(TraceUse::Ptrace));
    assert!(matches!(refused, Err(StartError::NoTracing(_))));
    assert_eq!(own_children(), []);
    let outcome = finish(&["sh", "-c", "sleep 0.5; exit 3"], options(TraceUse::Auto)).outcome;
    assert_exited(&outcome, 3);
    assert_ne!(outcome.tracking.by, FollowedBy::Ptrace);
    assert!(peak(&outcome) > 100_000);
}

fn with_survivors(survivors: SurvivorsUse) -> Options {
    Options {
        survivors,
        ..options(TraceUse::Ptrace)
    }
}

#[test]
fn survivors_are_named_and_live_on_untraced() {
    let folder = Folder::new();
    let script = format!(
        "sleep 60 & echo $! > {file}; (setsid sh -c 'echo $$ >> {file}; while :; do sleep 0.01; done' &); \
         until [ $(wc -l < {file}) = 2 ]; do sleep 0.01; done; exit 5",
        file = folder.path("pids")
    );
    let outcome = finish(&["sh", "-c", &script], with_survivors(SurvivorsUse::Leave)).outcome;
    let mut pids = folder.pids("pids", 2);
    assert_exited(&outcome, 5);
    let named: Vec<u32> = outcome.survivors.iter().map(|one| one.id.pid).collect();
    for pid in &pids {
        assert!(named.contains(pid), "{named:?} lacks {pid}");
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        assert!(status.contains("\nTracerPid:\t0\n"), "{status}");
        assert!(!status.contains("\nState:\tt"), "{status}");
    }
    assert_eq!(outcome.remarks, [""; 0]);
    // Each can end, also the process that starts others.
    for pid in pids.drain(..) {
        kill(pid);
        until("its end", || has_ended(pid).then_some(()));
    }
}

#[test]
fn survivors_are_waited_for_and_measured() {
    let folder = Folder::new();
    let file = folder.path("pids");
    let script = format!(
        "perl -e 'select undef, undef, undef, 0.3; $held = q(x) x (100 << 20); \
         open F, q(>{file}); print F \"$$\\n\"' & exit 5"
    );
    let outcome = finish(&["sh", "-c", &script], with_survivors(SurvivorsUse::Wait)).outcome;
    assert_exited(&outcome, 5);
    assert_eq!(outcome.survivors.len(), 1);
    // Read at once: it has ended before the outcome was delivered.
    let output = fs::read_to_string(file).unwrap();
    assert!(has_ended(output.trim().parse().unwrap()));
    assert!(peak(&outcome) >= 100 * MB, "{outcome:?}");
    assert_all_followed(&outcome);
}

#[test]
fn survivors_are_ended_whatever_they_do() {
    let folder = Folder::new();
    let script = format!(
        "sh -c 'trap \"\" TERM; echo $$ > {file}; while :; do sleep 0.01; done' & \
         until [ -s {file} ]; do sleep 0.01; done; exit 5",
        file = folder.path("pids")
    );
    let outcome = finish(&["sh", "-c", &script], with_survivors(SurvivorsUse::Kill)).outcome;
    assert_exited(&outcome, 5);
    assert!(!outcome.survivors.is_empty());
    assert!(outcome.stopped.is_none());
    assert_eq!(outcome.remarks, [""; 0]);
    let [pid] = folder.pids("pids", 1)[..] else {
        panic!("one has written its pid");
    };
    assert!(has_ended(pid));
}

#[test]
fn runs_that_start_at_the_same_time_do_not_wait_for_one_another() {
    let threads: Vec<_> = (0..16)
        .map(|code| {
            thread::spawn(move || {
                for _ in 0..25 {
                    assert_exited(&traced(&["sh", "-c", &format!("exit {code}")]), code);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn two_hundred_runs_leave_nothing_behind() {
    if !is_alone("two_hundred_runs_leave_nothing_behind", &[]) {
        return;
    }
    assert_exited(&traced(&["true"]), 0);
    let settled = |what: &str, count: usize| {
        until("it to be given back", || {
            (count_own(what) <= count).then_some(())
        });
    };
    settled("task", 2);
    let before = count_own("fd");
    for run in 0..200 {
        let survivor = if run % 10 == 0 { "sleep 0.1 &" } else { "" };
        let script = format!("/bin/true; {survivor} exit 3");
        assert_exited(&traced(&["sh", "-c", &script]), 3);
    }
    settled("task", 2);
    settled("fd", before);
    assert_eq!(own_children(), []);
}
