//! How large the heap of a Node process may become, and whether one was as large as that.
//!
//! What counts is the old generation: everything that lives is there, and running out of it is what
//! ends a process. The young one comes on top of it in `heap_size_limit`, and how large it may be
//! changes from version to version: up to 48 MB in Node 20 and 22, 192 MB in 24, 96 MB in 26.

const MB: u64 = 1024 * 1024;
const GB: u64 = 1024 * MB;

/// From here on V8 takes twice as much.
const LARGE_MACHINE: u64 = 15 * GB;

/// Options that take the next argument as their value when they have none of their own. There are
/// more; these are the ones that are used that way.
const WITH_VALUE: [&str; 19] = [
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
    "-e",
    "--eval",
    "-p",
    "--print",
    "-pe",
    "--env-file",
    "--env-file-if-exists",
    "--input-type",
    "--title",
    "--test-name-pattern",
    "--test-reporter",
    "--watch-path",
];

/// The last of each that was set.
#[derive(Debug, Default)]
struct HeapOptions {
    old_space_megabytes: Option<u64>,
    old_space_percent: Option<f64>,
    heap_megabytes: Option<u64>,
}

/// What the old generation of a Node process may have, in bytes.
///
/// `arguments` is its command line, the program first; `node_options` the variable of that name;
/// `memory_bytes` what it finds to be there: the machine's or the limit of its group. A program
/// that sets the limit while it runs (`v8.setFlagsFromString`) is not found out.
#[must_use]
pub(crate) fn heap_limit_bytes(
    arguments: &[String],
    node_options: Option<&str>,
    memory_bytes: u64,
) -> u64 {
    let mut options = HeapOptions::default();
    for option in words(node_options.unwrap_or_default()) {
        options.read(&option);
    }
    for option in own_options(arguments) {
        options.read(option);
    }
    // Node turns a percentage into a size after all others have been read.
    if let Some(percent) = options.old_space_percent {
        return part(memory_bytes, percent);
    }
    options
        .old_space_megabytes
        .or(options.heap_megabytes)
        // 0 stands for the default.
        .filter(|&megabytes| megabytes > 0)
        .map_or_else(
            || default_bytes(memory_bytes),
            |megabytes| megabytes.saturating_mul(MB),
        )
}

/// Whether a process was so large that its heap must have been full, or nearly. `highest_rss_bytes`
/// is the most that was ever resident of it.
///
/// What is resident when a heap has filled up exceeds the limit by what is not heap, 40 MB and
/// more. It can stay below where the heap was to grow by one large piece, such as the next size of
/// a `Map`, so a fifth less will do. Buffers are resident and no part of the heap: a process that
/// is large by them is taken for one at its limit. So this explains a SIGABRT only without
/// better evidence.
#[must_use]
pub(crate) fn was_at_limit(highest_rss_bytes: u64, limit_bytes: u64) -> bool {
    highest_rss_bytes >= limit_bytes - limit_bytes / 5
}

/// Half of the memory, within bounds. Found by `heap_size_limit` of Node 20.20, 22.23, 24.21 and
/// 26.10, alike in all, in groups of 64 MB to 20 GB on a machine of 24: 256 MB up to 512, 500 of
/// 1000, 1024 of 2048, 2048 from 4096 on, 4096 from 16384 on and not yet at 15000.
fn default_bytes(memory_bytes: u64) -> u64 {
    let most = if memory_bytes >= LARGE_MACHINE {
        4 * GB
    } else {
        2 * GB
    };
    (memory_bytes / 2).clamp(256 * MB, most)
}

// A float that is out of range becomes the nearest number, and Node starts with none such.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn part(bytes: u64, percent: f64) -> u64 {
    (bytes as f64 * percent / 100.0) as u64
}

impl HeapOptions {
    /// V8 reads a number after `=` only; one in the next argument is refused or ignored. To it
    /// dashes and underscores are the same.
    fn read(&mut self, option: &str) {
        let Some((name, value)) = option.split_once('=') else {
            return;
        };
        match name.replace('_', "-").as_str() {
            "--max-old-space-size" => set(&mut self.old_space_megabytes, value),
            "--max-old-space-size-percentage" => set(&mut self.old_space_percent, value),
            "--max-heap-size" => set(&mut self.heap_megabytes, value),
            _ => {}
        }
    }
}

/// What is no number keeps Node from starting, so it does not matter.
fn set<T: std::str::FromStr>(place: &mut Option<T>, value: &str) {
    if let Ok(value) = value.parse() {
        *place = Some(value);
    }
}

/// The arguments up to the script; what follows it is the script's.
fn own_options(arguments: &[String]) -> impl Iterator<Item = &str> {
    let mut is_value = false;
    arguments
        .iter()
        .skip(1)
        .map(String::as_str)
        .take_while(move |argument| {
            let was_value = std::mem::replace(&mut is_value, WITH_VALUE.contains(argument));
            was_value || (argument.starts_with('-') && !["-", "--"].contains(argument))
        })
}

/// Words between spaces, where double quotes keep spaces and a backslash in them the next letter,
/// as Node does it.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let word = words.last_mut().expect("there is always one");
        match letter {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            '\\' if is_quoted => word.extend(letters.next()),
            _ => word.push(letter),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{GB, MB, heap_limit_bytes, was_at_limit};

    const MEMORY: u64 = 8 * GB;

    fn limit(command: &str, node_options: Option<&str>) -> u64 {
        let arguments: Vec<String> = command.split(' ').map(str::to_owned).collect();
        heap_limit_bytes(&arguments, node_options, MEMORY)
    }

    #[test]
    fn without_options_it_follows_memory() {
        for (memory, expected) in [
            (64, 256),
            (512, 256),
            (1_000, 500),
            (1_536, 768),
            (2_048, 1_024),
            (3_000, 1_500),
            (4_096, 2_048),
            (15_000, 2_048),
            (16_384, 4_096),
            (1_000_000, 4_096),
        ] {
            let node = ["node".to_owned()];
            assert_eq!(
                heap_limit_bytes(&node, None, memory * MB),
                expected * MB,
                "{memory}"
            );
        }
        assert_eq!(heap_limit_bytes(&[], None, MEMORY), 2 * GB);
    }

    #[test]
    fn a_size_that_was_asked_for_counts() {
        for command in [
            "node --max-old-space-size=64 x.js",
            "node --max_old_space_size=64 x.js",
            "node --max-old-space-size=80 --max-old-space-size=64 x.js",
            "node --max-heap-size=900 --max-old-space-size=64 x.js",
            "node --max-heap-size=64 x.js",
            "node -r ./a.js --trace-warnings --max-old-space-size=64 x.js",
            "node -e code --max-old-space-size=64 x",
            "node --max-old-space-size=64 -- x.js --max-old-space-size=80",
        ] {
            assert_eq!(limit(command, None), 64 * MB, "{command}");
        }
    }

    #[test]
    fn what_the_script_is_given_does_not_count() {
        for command in [
            "node x.js --max-old-space-size=64",
            "node -e code x --max-old-space-size=64",
            "node - --max-old-space-size=64",
            "node -- x.js --max-old-space-size=64",
            "node --max-old-space-size=0 x.js",
            "node --max-old-space-size=much x.js",
            "node --max-old-space-size 64 x.js",
        ] {
            assert_eq!(limit(command, None), 2 * GB, "{command}");
        }
    }

    #[test]
    fn the_variable_counts_and_the_command_line_over_it() {
        for options in [
            "--max-old-space-size=64",
            " --trace-warnings  --max_old_space_size=64 ",
            "\"--max-old-space-size=64\"",
            "--max-old-space-size=\"64\"",
            r#"--require "./a \"b.js" --max-old-space-size=64"#,
        ] {
            assert_eq!(limit("node x.js", Some(options)), 64 * MB, "{options}");
        }
        let both = limit(
            "node --max-old-space-size=80 x.js",
            Some("--max-old-space-size=64"),
        );
        assert_eq!(both, 80 * MB);
    }

    #[test]
    fn a_percentage_counts_over_all_else() {
        for (command, options) in [
            ("node --max-old-space-size-percentage=12.5 x.js", None),
            (
                "node --max-old-space-size=64 x.js",
                Some("--max-old-space-size-percentage=12.5"),
            ),
            (
                "node --max-old-space-size-percentage=12.5 --max-old-space-size=64 x.js",
                None,
            ),
        ] {
            assert_eq!(limit(command, options), GB, "{command}");
        }
    }

    #[test]
    fn processes_that_ended_by_their_heap_were_at_its_limit() {
        // VmHWM of Node 20 to 26 when each had filled up, in kB, and the limit in MB.
        for (highest, limit) in [
            (104_848, 64),
            (107_020, 64),
            (152_832, 100),
            (222_380, 200),
            (579_836, 512),
        ] {
            assert!(was_at_limit(highest * 1024, limit * MB), "{highest}");
        }
        assert!(!was_at_limit(45 * MB, 64 * MB));
        assert!(!was_at_limit(GB, 2 * GB));
    }
}
