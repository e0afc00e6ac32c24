//! What becomes of the processes that outlive the command.

/// What to do with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SurvivorsUse {
    /// Nothing: they go on, as they do behind a shell.
    #[default]
    Leave,
    /// They are measured until they have all ended.
    Wait,
    /// They are ended.
    Kill,
}
