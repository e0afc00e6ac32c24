//! The words of the command line.

use crate::number;

#[derive(Debug, PartialEq, Eq)]
pub struct Options<'a> {
    pub user: Option<u32>,
    /// Whether `smaps_rollup` is polled as well.
    pub polls: bool,
    /// Whether the command is a measuring tool: what it measures is in a group below.
    pub below: bool,
    pub command: &'a [&'a str],
}

pub fn options<'a>(words: &'a [&'a str]) -> Result<Options<'a>, String> {
    let mut options = Options {
        user: None,
        polls: true,
        below: false,
        command: words,
    };
    loop {
        options.command = match *options.command {
            ["--user", user, ref rest @ ..] => {
                options.user = Some(number(user)?);
                rest
            }
            ["--no-polls", ref rest @ ..] => {
                options.polls = false;
                rest
            }
            ["--below", ref rest @ ..] => {
                options.below = true;
                rest
            }
            ["--", ref command @ ..] => {
                options.command = command;
                return Ok(options);
            }
            _ => {
                return Err(
                    "usage: truth [--user UID] [--no-polls] [--below] -- COMMAND [ARGUMENT...]"
                        .to_owned(),
                );
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_end_where_the_command_begins() {
        let words = ["--no-polls", "--user", "7", "--", "true", "--user", "8"];
        let expected = Options {
            user: Some(7),
            polls: false,
            below: false,
            command: &["true", "--user", "8"],
        };
        assert_eq!(options(&words), Ok(expected));
        assert!(options(&["true"]).is_err());
    }
}
