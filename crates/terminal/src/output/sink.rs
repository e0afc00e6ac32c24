//! Where a pump writes to.

use rustix::io::Errno;

use crate::output::standard_stream::StandardStream;
use crate::painter::Painter;

#[derive(Debug)]
pub(crate) enum Sink {
    /// Bytes go to the listener alone.
    Discard,
    Stream(StandardStream),
    /// With lines shown below.
    Painted(Box<Painter>),
}

impl Sink {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        match self {
            Self::Discard => Ok(()),
            Self::Stream(stream) => stream.write_all(bytes),
            Self::Painted(painter) => painter.write(bytes),
        }
    }

    pub(crate) fn stream(&self) -> Option<&StandardStream> {
        match self {
            Self::Discard => None,
            Self::Stream(stream) => Some(stream),
            Self::Painted(painter) => Some(painter.stream()),
        }
    }

    pub(crate) fn painter(&self) -> Option<&Painter> {
        match self {
            Self::Painted(painter) => Some(painter),
            _ => None,
        }
    }

    pub(crate) fn painter_mut(&mut self) -> Option<&mut Painter> {
        match self {
            Self::Painted(painter) => Some(painter),
            _ => None,
        }
    }
}
