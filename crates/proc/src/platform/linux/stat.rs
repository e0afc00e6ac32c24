//! `/proc/PID/stat`: identity, descent, state and CPU time.

use crate::State;

/// The fields that tell who a process is and where it comes from.
///
/// Its memory fields are left alone: since Linux 6.2 they are sums of per-CPU counters that may
/// lag, while `statm` is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The pid as the file itself states it.
    pub pid: u32,
    /// The pid of the parent.
    pub parent: u32,
    /// The process group.
    pub group: u32,
    /// The session.
    pub session: u32,
    /// What it is doing.
    pub state: State,
    /// Whether it is a thread of the kernel's own.
    pub is_kernel: bool,
    /// Whether it is on its way out, or over and not waited for yet.
    pub is_ending: bool,
    /// CPU time of all its threads, in user and kernel mode, in clock ticks.
    pub cpu_ticks: u64,
    /// Page faults of all its threads so far.
    pub faults: u64,
    /// How many threads it has, those that have ended and are waited for included.
    pub threads: u32,
    /// Start time in clock ticks since boot.
    pub started: u64,
    /// Where its first stack begins: random at each exec and inherited by a fork, so it names the
    /// program start. `None` where the kernel hides it from this user.
    pub image: Option<u64>,
    /// False for a thread that is not its process's first: `/proc` answers for those too when
    /// asked by number, though it does not list them.
    pub leads_its_process: bool,
}

impl Stat {
    /// Parses the text of the file. `None` when it is not of the documented form (`proc(5)`).
    ///
    /// The name in the second field may hold spaces, parentheses and newlines, so the fields are
    /// counted from the last `)`.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let open = text.iter().position(|&byte| byte == b'(')?;
        let close = text.iter().rposition(|&byte| byte == b')')?;
        let pid = parse_number(text.get(..open)?.trim_ascii())?;
        let mut fields = text
            .get(close + 1..)?
            .split(u8::is_ascii_whitespace)
            .filter(|field| !field.is_empty());
        let state = parse_state(fields.next()?)?;
        let parent = parse_number(fields.next()?)?;
        let group = parse_signed(fields.next()?)?;
        let session = parse_signed(fields.next()?)?;
        let flags: u64 = parse_number(fields.nth(2)?)?;
        let minor_faults: u64 = parse_number(fields.next()?)?;
        let major_faults = parse_number(fields.nth(1)?)?;
        let user_ticks: u64 = parse_number(fields.nth(1)?)?;
        let kernel_ticks = parse_number(fields.next()?)?;
        let threads = parse_number(fields.nth(4)?)?;
        let started = parse_number(fields.nth(1)?)?;
        let first_stack: u64 = parse_number(fields.nth(5)?)?;
        // Field 38: CLONE_THREAD sets it to -1 (kernel/fork.c, copy_process).
        let exit_signal: i64 = parse_number(fields.nth(9)?)?;
        Some(Self {
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

    /// The name in the second field: what stands between the first `(` and the last `)`.
    #[must_use]
    pub fn name(text: &[u8]) -> Option<&[u8]> {
        let open = text.iter().position(|&byte| byte == b'(')?;
        let close = text.iter().rposition(|&byte| byte == b')')?;
        text.get(open + 1..close)
    }
}

/// A thread of the kernel's own (`include/linux/sched.h`).
const PF_KTHREAD: u64 = 0x0020_0000;
/// One that has begun to exit.
const PF_EXITING: u64 = 0x4;

/// The letters are those of `task_state_array` in the kernel's `fs/proc/array.c`.
fn parse_state(field: &[u8]) -> Option<State> {
    let &[letter] = field else { return None };
    Some(match letter {
        b'R' => State::Running,
        b'S' => State::Sleeping,
        b'D' => State::Waiting,
        b'T' | b't' => State::Stopped,
        b'I' => State::Idle,
        b'Z' | b'X' => State::Zombie,
        _ => State::Other,
    })
}

fn parse_number<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// Group and session read -1 for a process that is being taken down; no pid is 0 in our sense.
fn parse_signed(field: &[u8]) -> Option<u32> {
    let number: i64 = parse_number(field)?;
    Some(u32::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Stat;
    use crate::State;

    const TAIL: &str = " S 7 8 9 0 -1 4194560 100 7 5 7 1 2 0 0 20 0 1 0 4242 1000000 250 \
                        18446744073709551615 1 1 140720 0 0 0 0 4096 0 0 0 0 17 0 0 0 0 0 0\n";

    fn parse(head: &str) -> Option<Stat> {
        Stat::parse(format!("{head}{TAIL}").as_bytes())
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
    fn one_that_is_ending_is_told_by_its_flag_before_it_is_a_zombie() {
        let is_ending = |tail: String| {
            let stat = Stat::parse(format!("42 (node){tail}").as_bytes());
            stat.expect("parses").is_ending
        };
        assert!(!is_ending(TAIL.to_owned()));
        assert!(is_ending(TAIL.replace("4194560", "4194564")));
        assert!(is_ending(TAIL.replace(" S 7", " Z 7")));
    }

    #[test]
    fn the_kernels_own_are_told_by_their_flag() {
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
    fn text_cut_off_anywhere_is_refused_or_read_right() {
        let whole = format!("42 (node){TAIL}");
        for end in 0..whole.len() {
            if let Some(stat) = Stat::parse(&whole.as_bytes()[..end]) {
                assert_eq!((stat.pid, stat.parent, stat.started), (42, 7, 4242));
            }
        }
    }
}
