//! `/proc/PID/stat`: identity, descent, state and CPU time.

use std::str::FromStr;

use crate::{FieldError, State};

/// Identity, descent, state and CPU time of a process.
///
/// The memory fields of the file are not used: since Linux 6.2 they are sums of per-CPU counters
/// that may lag, while `statm` is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The pid, as stated in the file.
    pub pid: u32,
    /// The pid of the parent.
    pub parent: u32,
    /// The process group.
    pub group: u32,
    /// The session.
    pub session: u32,
    /// What it is doing.
    pub state: State,
    /// Whether it is a kernel thread.
    pub is_kernel: bool,
    /// Whether it is exiting or a zombie.
    pub is_ending: bool,
    /// CPU time of all its threads, in user and kernel mode, in clock ticks.
    pub cpu_ticks: u64,
    /// Page faults of all its threads so far.
    pub faults: u64,
    /// The number of its threads, including a leader that has ended before the others.
    pub threads: u32,
    /// Start time in clock ticks since boot.
    pub started: u64,
    /// The address of its initial stack: random at each exec and inherited across fork, so it
    /// identifies the exec. `None` if the kernel hides it from this user.
    pub image: Option<u64>,
    /// False for threads other than the leader of their thread group, which `/proc` does not list
    /// but can be asked for by number.
    pub leads_its_process: bool,
}

impl Stat {
    /// Parses the text of the file.
    ///
    /// The name in the second field may contain spaces, parentheses and newlines, so the fields
    /// after it are counted from the last `)`.
    ///
    /// # Errors
    /// If it is not in the documented format (`proc(5)`).
    pub fn parse(text: &[u8]) -> Result<Self, FieldError> {
        let (open, close) = name_bounds(text).ok_or(FieldError::Missing("comm"))?;
        let pid = parse_number("pid", text[..open].trim_ascii())?;
        let mut fields = text[close + 1..]
            .split(u8::is_ascii_whitespace)
            .filter(|field| !field.is_empty());
        let mut next = |skipped, name| fields.nth(skipped).ok_or(FieldError::Missing(name));
        let state = parse_state(next(0, "state")?)?;
        let parent = parse_number("ppid", next(0, "ppid")?)?;
        let group = parse_id("pgrp", next(0, "pgrp")?)?;
        let session = parse_id("session", next(0, "session")?)?;
        let flags: u64 = parse_number("flags", next(2, "flags")?)?;
        let minor_faults: u64 = parse_number("minflt", next(0, "minflt")?)?;
        let major_faults = parse_number("majflt", next(1, "majflt")?)?;
        let user_ticks: u64 = parse_number("utime", next(1, "utime")?)?;
        let kernel_ticks = parse_number("stime", next(0, "stime")?)?;
        let threads = parse_number("num_threads", next(4, "num_threads")?)?;
        let started = parse_number("starttime", next(1, "starttime")?)?;
        let first_stack: u64 = parse_number("startstack", next(5, "startstack")?)?;
        // CLONE_THREAD sets it to -1 (kernel/fork.c, copy_process).
        let exit_signal: i64 = parse_number("exit_signal", next(9, "exit_signal")?)?;
        Ok(Self {
            pid,
            parent,
            group,
            session,
            state,
            is_kernel: flags & PF_KTHREAD != 0,
            is_ending: flags & PF_EXITING != 0 || state == State::Zombie,
            cpu_ticks: user_ticks.saturating_add(kernel_ticks),
            faults: minor_faults.saturating_add(major_faults),
            threads,
            started,
            image: (first_stack != 0).then_some(first_stack),
            leads_its_process: exit_signal != -1,
        })
    }

    /// The name in the second field: the text between the first `(` and the last `)`.
    #[must_use]
    pub fn name(text: &[u8]) -> Option<&[u8]> {
        let (open, close) = name_bounds(text)?;
        Some(&text[open + 1..close])
    }
}

/// The positions of the first `(` and the last `)`.
fn name_bounds(text: &[u8]) -> Option<(usize, usize)> {
    let open = text.iter().position(|&byte| byte == b'(')?;
    let close = text.iter().rposition(|&byte| byte == b')')?;
    (open < close).then_some((open, close))
}

/// A kernel thread (`include/linux/sched.h`).
const PF_KTHREAD: u64 = 0x0020_0000;
/// A process that has begun to exit (likewise).
const PF_EXITING: u64 = 0x4;

/// The letters are those of `task_state_array` in the kernel's `fs/proc/array.c`.
fn parse_state(field: &[u8]) -> Result<State, FieldError> {
    let &[letter] = field else {
        return Err(FieldError::invalid("state", field, "a letter"));
    };
    Ok(match letter {
        b'R' => State::Running,
        b'S' => State::Sleeping,
        b'D' => State::Waiting,
        b'T' | b't' => State::Stopped,
        b'I' => State::Idle,
        b'Z' | b'X' => State::Zombie,
        _ => State::Other,
    })
}

fn parse_number<T: FromStr>(name: &'static str, field: &[u8]) -> Result<T, FieldError> {
    std::str::from_utf8(field)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| FieldError::invalid(name, field, "a number"))
}

/// Group and session read -1 while a process is being destroyed, which becomes 0: no process has
/// that pid.
fn parse_id(name: &'static str, field: &[u8]) -> Result<u32, FieldError> {
    let number: i64 = parse_number(name, field)?;
    Ok(u32::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Stat;
    use crate::State;

    const TAIL: &str = " S 7 8 9 0 -1 4194560 100 7 5 7 1 2 0 0 20 0 1 0 4242 1000000 250 \
                        18446744073709551615 1 1 140720 0 0 0 0 4096 0 0 0 0 17 0 0 0 0 0 0\n";

    fn parse(head: &str) -> Option<Stat> {
        Stat::parse(format!("{head}{TAIL}").as_bytes()).ok()
    }

    #[test]
    fn reads_identity_and_descent() {
        assert_eq!(
            parse("42 (node)"),
            Some(Stat {
                pid: 42,
                parent: 7,
                group: 8,
                session: 9,
                state: State::Sleeping,
                is_kernel: false,
                is_ending: false,
                cpu_ticks: 3,
                threads: 1,
                faults: 105,
                started: 4242,
                image: Some(140_720),
                leads_its_process: true
            })
        );
    }

    #[test]
    fn a_name_cannot_forge_fields() {
        for name in ["a) (b", ") S 1 1 1", "two\nlines", "(((", ")))", ""] {
            let stat = parse(&format!("42 ({name})")).expect(name);
            assert_eq!(
                (stat.pid, stat.parent, stat.started),
                (42, 7, 4242),
                "{name}"
            );
            let text = format!("42 ({name}){TAIL}");
            assert_eq!(Stat::name(text.as_bytes()), Some(name.as_bytes()));
        }
        assert_eq!(Stat::name(b"42 )("), None);
    }

    #[test]
    fn an_exiting_process_is_recognized_by_its_flag_before_it_is_a_zombie() {
        let is_ending = |tail: String| {
            let stat = Stat::parse(format!("42 (node){tail}").as_bytes());
            stat.expect("parses").is_ending
        };
        assert!(!is_ending(TAIL.to_owned()));
        assert!(is_ending(TAIL.replace("4194560", "4194564")));
        assert!(is_ending(TAIL.replace(" S 7", " Z 7")));
    }

    #[test]
    fn kernel_threads_are_recognized_by_their_flag() {
        let text = format!("2 (kthreadd){}", TAIL.replace("4194560", "2129984"));
        let stat = Stat::parse(text.as_bytes()).expect("parses");
        assert!(stat.is_kernel);
    }

    #[test]
    fn a_thread_does_not_lead_its_process() {
        let text = format!("43 (worker){}", TAIL.replace(" 17 0 0", " -1 0 0"));
        assert!(
            !Stat::parse(text.as_bytes())
                .expect("parses")
                .leads_its_process
        );
    }

    #[test]
    fn an_error_names_the_field_and_its_value() {
        let message = |text: &str| Stat::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(message("42"), "comm is missing");
        assert_eq!(message("x (node) S"), "pid is \"x\", not a number");
        assert_eq!(message("42 (node) S 7 8"), "session is missing");
        assert_eq!(
            message(&format!("42 (node){}", TAIL.replace("4242", "soon"))),
            "starttime is \"soon\", not a number"
        );
    }

    #[test]
    fn text_cut_off_anywhere_is_refused_or_read_right() {
        let whole = format!("42 (node){TAIL}");
        for end in 0..whole.len() {
            if let Ok(stat) = Stat::parse(&whole.as_bytes()[..end]) {
                assert_eq!((stat.pid, stat.parent, stat.started), (42, 7, 4242));
            }
        }
    }
}
