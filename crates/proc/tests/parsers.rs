//! The parsers of `/proc` text on arbitrary input.

use memtop_proc::State;
use memtop_proc::native::{Stat, parse_last_pid, resident_pages, split_arguments};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a process may call itself: any 15 bytes but NUL (`prctl(2)`, `PR_SET_NAME`).
fn name() -> impl Strategy<Value = Vec<u8>> {
    let hostile = prop_oneof![Just(b')'), Just(b'('), Just(b' '), Just(b'\n'), 1_u8..=255,];
    vec(hostile, 0..16)
}

fn state() -> impl Strategy<Value = (u8, State)> {
    prop_oneof![
        Just((b'R', State::Running)),
        Just((b'S', State::Sleeping)),
        Just((b'D', State::Waiting)),
        Just((b'T', State::Stopped)),
        Just((b't', State::Stopped)),
        Just((b'I', State::Idle)),
        Just((b'Z', State::Zombie)),
        Just((b'P', State::Other)),
    ]
}

prop_compose! {
    /// The text of a `stat` file and what is to be read from it.
    fn stat()(
        pid in 1_u32..=4_194_304,
        name in name(),
        (letter, state) in state(),
        parent in 0_u32..=4_194_304,
        group in -1_i64..=4_194_304,
        session in -1_i64..=4_194_304,
        flags in any::<u32>(),
        minor_faults in any::<u32>(),
        major_faults in any::<u32>(),
        first_stack in any::<u64>(),
        user_ticks in 0_u64..1 << 40,
        kernel_ticks in 0_u64..1 << 40,
        threads in any::<u32>(),
        started in any::<u64>(),
        leads_its_process in any::<bool>(),
        others in vec(any::<i64>(), 26),
    ) -> (Vec<u8>, Vec<u8>, Stat) {
        let numbers = |range: std::ops::Range<usize>| {
            others[range].iter().map(i64::to_string).collect::<Vec<_>>().join(" ")
        };
        let exit_signal = if leads_its_process { 17 } else { -1 };
        let mut text = format!("{pid} (").into_bytes();
        text.extend(&name);
        text.extend(b") ");
        text.push(letter);
        text.extend(format!(
            " {parent} {group} {session} {} {flags} {minor_faults} {} {major_faults} {} \
             {user_ticks} {kernel_ticks} {} {threads} {} {started} {} {first_stack} {} {exit_signal} {}\n",
            numbers(0..2), numbers(2..3), numbers(3..4), numbers(4..8), numbers(9..10),
            numbers(10..15),
            numbers(15..24), numbers(24..26),
        ).into_bytes());
        let stat = Stat {
            pid,
            parent,
            group: u32::try_from(group).unwrap_or(0),
            session: u32::try_from(session).unwrap_or(0),
            state,
            is_kernel: flags & 0x0020_0000 != 0,
            is_ending: flags & 4 != 0 || state == State::Zombie,
            cpu_ticks: user_ticks + kernel_ticks,
            faults: u64::from(minor_faults) + u64::from(major_faults),
            threads,
            started,
            image: (first_stack != 0).then_some(first_stack),
            leads_its_process,
        };
        (text, name, stat)
    }
}

proptest! {
    #[test]
    fn a_stat_is_read_whatever_the_name((text, name, stat) in stat()) {
        prop_assert_eq!(Stat::parse(&text), Ok(stat));
        prop_assert_eq!(Stat::name(&text), Some(&name[..]));
    }

    #[test]
    fn a_stat_that_is_cut_off_is_refused_or_read_right(
        (text, _, stat) in stat(),
        cut in any::<prop::sample::Index>(),
    ) {
        let parsed = Stat::parse(&text[..cut.index(text.len())]);
        if let Ok(parsed) = parsed {
            prop_assert_eq!((parsed.pid, parsed.started), (stat.pid, stat.started));
        }
    }

    #[test]
    fn any_bytes_as_stat_are_an_answer(text in vec(any::<u8>(), 0..400)) {
        let _ = Stat::parse(&text);
        let _ = Stat::name(&text);
    }

    #[test]
    fn text_much_like_a_stat_is_an_answer(text in "[0-9]{0,9} ?[(]?[ -~\n]{0,9}[)]?( -?[0-9]{0,22}){0,60}") {
        let _ = Stat::parse(text.as_bytes());
        let _ = Stat::name(text.as_bytes());
    }

    #[test]
    fn statm_is_read(numbers in vec(any::<u64>(), 7)) {
        let text = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ") + "\n";
        prop_assert_eq!(resident_pages(text.as_bytes()), Ok((numbers[1], numbers[2])));
    }

    #[test]
    fn any_bytes_as_statm_are_an_answer(text in vec(any::<u8>(), 0..200)) {
        let _ = resident_pages(&text);
    }

    #[test]
    fn a_number_too_large_for_statm_is_refused(digits in "[1-9][0-9]{20,60}") {
        let pages = resident_pages(format!("1 {digits} 3\n").as_bytes());
        prop_assert!(pages.is_err());
    }

    #[test]
    fn loadavg_is_read(pid in any::<u32>(), running in 0_u32..999, all in 0_u32..99_999) {
        let text = format!("0.22 10.08 0.03 {running}/{all} {pid}\n");
        prop_assert_eq!(parse_last_pid(text.as_bytes()), Ok(pid));
    }

    #[test]
    fn any_bytes_as_loadavg_are_an_answer(text in vec(any::<u8>(), 0..200)) {
        let _ = parse_last_pid(&text);
    }

    #[test]
    fn arguments_are_read_as_they_were_given(arguments in vec("[^\0]{0,20}", 1..8)) {
        // One empty argument and none at all look alike to the kernel's reader.
        prop_assume!(arguments != [""]);
        let text = arguments.join("\0") + "\0";
        prop_assert_eq!(split_arguments(text.as_bytes()), arguments);
    }

    #[test]
    fn any_bytes_as_a_command_line_are_an_answer(text in vec(any::<u8>(), 0..400)) {
        let arguments = split_arguments(&text);
        prop_assert!(arguments.len() <= text.split(|&byte| byte == 0).count());
    }
}
