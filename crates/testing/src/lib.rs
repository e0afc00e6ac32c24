//! What the tests of several crates share.

use std::env;
use std::fmt::Display;
use std::io::{Write, stderr};

/// Prints that a test is skipped because this machine lacks `need`. The test must return then.
///
/// The line bypasses the harness, which hides the output of a test that passes. In CI nothing is
/// skipped but for the needs that the job names in `MEMTOP_TEST_WITHOUT`.
///
/// # Panics
///
/// In CI, where the job does not name the need.
#[track_caller]
pub fn skip(need: &str, why: impl Display) {
    let without = env::var("MEMTOP_TEST_WITHOUT").unwrap_or_default();
    let is_named = without.split_whitespace().any(|word| word == need);
    assert!(!is_ci() || is_named, "CI lacks {need}: {why}");
    // A line that cannot be written changes nothing.
    let _ = writeln!(stderr(), "SKIPPED, needs {need}: {why}");
}

fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

#[cfg(test)]
mod tests {
    use super::skip;
    use std::env;
    use std::process::Command;

    /// Skips as a test that needs root would, if a variable asks for it.
    #[test]
    fn helper() {
        if env::var_os("MEMTOP_TEST_SKIPS").is_some() {
            skip("root", "only root can");
        }
    }

    /// Whether `helper` passed, and what it printed.
    fn helper_with(variables: &[(&str, &str)]) -> (bool, String) {
        let output = Command::new(env::current_exe().unwrap())
            .args(["tests::helper", "--exact"])
            .env_remove("CI")
            .env_remove("MEMTOP_TEST_WITHOUT")
            .env("MEMTOP_TEST_SKIPS", "1")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(printed).unwrap())
    }

    #[test]
    fn outside_of_ci_a_skipped_test_passes_and_prints_why() {
        for variables in [&[][..], &[("CI", "false")], &[("CI", "")]] {
            let (is_passed, printed) = helper_with(variables);
            assert!(is_passed, "{printed}");
            assert!(
                printed.contains("SKIPPED, needs root: only root can\n"),
                "{printed}"
            );
        }
    }

    #[test]
    fn in_ci_a_skipped_test_fails_unless_the_job_goes_without_its_need() {
        let (is_passed, printed) = helper_with(&[("CI", "true"), ("MEMTOP_TEST_WITHOUT", "zsh")]);
        assert!(
            !is_passed && printed.contains("CI lacks root: only root can"),
            "{printed}"
        );
        let (is_passed, printed) =
            helper_with(&[("CI", "true"), ("MEMTOP_TEST_WITHOUT", "zsh root")]);
        assert!(
            is_passed && printed.contains("SKIPPED, needs root"),
            "{printed}"
        );
    }
}
