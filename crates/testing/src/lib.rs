//! What the tests of several crates share.

use std::env;
use std::fmt::Display;
use std::io::{Write, stderr};

/// Says that a test is skipped, since this machine lacks what it needs. The test must return then.
///
/// It is said past the harness, which hides the output of a test that passes. In CI nothing is
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
    // One that is not seen changes nothing.
    let _ = writeln!(stderr(), "SKIPPED for want of {need}: {why}");
}

fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

#[cfg(test)]
mod tests {
    use super::skip;
    use std::env;
    use std::process::Command;

    /// Skips for want of a root that it has no need of, where it is asked to.
    #[test]
    fn helper() {
        if env::var_os("MEMTOP_TEST_SKIPS").is_some() {
            skip("root", "only root can");
        }
    }

    /// Whether `helper` passed, and what it said.
    fn helper_with(variables: &[(&str, &str)]) -> (bool, String) {
        let output = Command::new(env::current_exe().unwrap())
            .args(["tests::helper", "--exact"])
            .env_remove("CI")
            .env_remove("MEMTOP_TEST_WITHOUT")
            .env("MEMTOP_TEST_SKIPS", "1")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    #[test]
    fn outside_of_ci_a_skipped_test_passes_and_says_so() {
        for variables in [&[][..], &[("CI", "false")], &[("CI", "")]] {
            let (is_passed, said) = helper_with(variables);
            assert!(is_passed, "{said}");
            assert!(
                said.contains("SKIPPED for want of root: only root can\n"),
                "{said}"
            );
        }
    }

    #[test]
    fn in_ci_a_skipped_test_fails_unless_the_job_goes_without_its_need() {
        let (is_passed, said) = helper_with(&[("CI", "true"), ("MEMTOP_TEST_WITHOUT", "zsh")]);
        assert!(
            !is_passed && said.contains("CI lacks root: only root can"),
            "{said}"
        );
        let (is_passed, said) = helper_with(&[("CI", "true"), ("MEMTOP_TEST_WITHOUT", "zsh root")]);
        assert!(
            is_passed && said.contains("SKIPPED for want of root"),
            "{said}"
        );
    }
}
