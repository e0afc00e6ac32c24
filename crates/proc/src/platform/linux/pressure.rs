//! Pressure stall information: how long processes have waited for memory.

use super::ProcRoot;
use super::root::read_at_once;

/// `/proc/pressure/memory`, or the `memory.pressure` of a group. Some kernels lack them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pressure {
    /// Time in which at least one process was stalled.
    pub some: Stall,
    /// Time in which all non-idle processes were stalled.
    pub full: Stall,
}

/// Stall time: its share in percent, and its total.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stall {
    /// Over the last ten seconds.
    pub avg10: f64,
    /// Over the last minute.
    pub avg60: f64,
    /// Since boot, or since the group was created, in microseconds.
    pub total_us: u64,
}

impl Pressure {
    /// The pressure of the machine. `None` if the kernel does not provide it.
    #[must_use]
    pub fn of_machine(root: &ProcRoot) -> Option<Self> {
        let mut text = Vec::new();
        let file = root.open_file("pressure/memory").ok()?;
        // With psi=0 the file exists, but reading it fails.
        read_at_once(&file, &mut text).ok()?;
        Self::parse(&String::from_utf8_lossy(&text))
    }

    /// `None` if the text is not in the documented format (`Documentation/accounting/psi.rst`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self {
            some: stall(text, "some")?,
            full: stall(text, "full")?,
        })
    }
}

fn stall(text: &str, kind: &str) -> Option<Stall> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(kind)?.strip_prefix(' '))?;
    let value = |key: &str| {
        line.split_ascii_whitespace()
            .find_map(|field| field.strip_prefix(key)?.strip_prefix('='))
    };
    Some(Stall {
        avg10: value("avg10")?.parse().ok()?,
        avg60: value("avg60")?.parse().ok()?,
        total_us: value("total")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Pressure, Stall};

    #[test]
    fn both_lines_are_read() {
        let text = "some avg10=1.50 avg60=0.25 avg300=0.00 total=1234\n\
                    full avg10=0.00 avg60=0.00 avg300=0.00 total=99\n";
        assert_eq!(
            Pressure::parse(text),
            Some(Pressure {
                some: Stall {
                    avg10: 1.5,
                    avg60: 0.25,
                    total_us: 1234
                },
                full: Stall {
                    avg10: 0.0,
                    avg60: 0.0,
                    total_us: 99
                },
            })
        );
    }

    #[test]
    fn malformed_text_is_refused() {
        for text in [
            "",
            "some avg10=x avg60=0 total=1\n",
            "somewhat avg10=0\n",
            "full",
        ] {
            assert_eq!(Pressure::parse(text), None, "{text:?}");
        }
    }
}
