//! What a plain poll sums up: `Pss` and `Rss` of every process's `smaps_rollup`.

use std::fs;

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub struct Sums {
    pub pss: u64,
    pub rss: u64,
}

pub fn sums(processes: &[u32]) -> Sums {
    let mut all = Sums::default();
    for pid in processes {
        if let Ok(text) = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) {
            let one = sizes(&text);
            all.pss += one.pss;
            all.rss += one.rss;
        }
    }
    all
}

fn sizes(rollup: &str) -> Sums {
    let bytes = |name: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024
    };
    Sums {
        pss: bytes("Pss:"),
        rss: bytes("Rss:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_taken_from_their_own_lines() {
        let rollup = "55d0a000-7ffe0000 ---p 00000000 00:00 0    [rollup]\n\
            Rss:                 300 kB\nPss:                 200 kB\nPss_Dirty:           100 kB\n";
        let expected = Sums {
            pss: 200 << 10,
            rss: 300 << 10,
        };
        assert_eq!(sizes(rollup), expected);
        assert_eq!(sizes(""), Sums::default());
    }
}
