//! Streams.
use rustix::io::Errno;

#[derive(Debug, Default)]
pub(crate) struct ChildEnd;

impl ChildEnd {
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    pub(crate) fn enter(&self) -> Result<(), Errno> {
        Ok(())
    }
}
