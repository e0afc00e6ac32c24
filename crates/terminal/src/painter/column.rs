//! Columns on a line, as far as they are known: how wide a terminal draws a character that is not
//! ASCII is its own choice.

const TAB_COLUMNS: u32 = 8;

/// The cursor's column, from 0. At the width of the screen a wrap is pending: the next character
/// begins a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Both bounds are possible.
    Between(u32, u32),
    Unknown,
}

impl Column {
    pub(super) const FIRST: Self = Self::at(0);

    pub(super) const fn at(column: u32) -> Self {
        Self::Between(column, column)
    }

    /// The lowest possible column.
    pub(super) fn lowest(self) -> Option<u32> {
        match self {
            Self::Between(low, _) => Some(low),
            Self::Unknown => None,
        }
    }

    /// Behind this many ASCII characters.
    pub(super) fn after_ascii(self, count: usize, width: u32, wraps: bool) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX / 2);
        match self {
            Self::Between(low, high) if high + count <= width => {
                Self::Between(low + count, high + count)
            }
            Self::Between(low, high) if low == high && wraps => {
                Self::at((low + count - 1) % width + 1)
            }
            _ => Self::Unknown,
        }
    }

    /// Behind a character that takes no column, one or two.
    pub(super) fn after_character(self, width: u32) -> Self {
        match self {
            Self::Between(low, high) if high + 2 <= width => Self::Between(low, high + 2),
            _ => Self::Unknown,
        }
    }

    pub(super) fn after_tab(self, width: u32) -> Self {
        let next = |column: u32| ((column / TAB_COLUMNS + 1) * TAB_COLUMNS).min(width - 1);
        self.map(next)
    }

    /// Every movement cancels a pending wrap.
    pub(super) fn moved_by(self, count: i64, width: u32) -> Self {
        let last = width - 1;
        self.map(|column| {
            let target = i64::from(column.min(last)) + count;
            u32::try_from(target.clamp(0, i64::from(last))).unwrap_or(last)
        })
    }

    fn map(self, change: impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Between(low, high) => Self::Between(change(low), change(high)),
            Self::Unknown => Self::Unknown,
        }
    }
}
