//! One window for the output of several commands and of this process, with one view below.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use memtop_proc::lock;
use rustix::io::Errno;

use crate::child::{ChildEnd, beyond_standard};
use crate::window::Window;
use crate::{DrainOutcome, Pumps, View};

/// A window that is open from before the first command to after the last.
#[derive(Debug)]
pub struct SharedWindow(Mutex<Option<Open>>);

#[derive(Debug)]
struct Open {
    /// Where the commands and this process write.
    slave: Arc<OwnedFd>,
    pumps: Pumps,
}

impl SharedWindow {
    /// # Errors
    /// When the operating system gives no terminal or no thread.
    pub(crate) fn open(view: Arc<View>) -> io::Result<Self> {
        let (slave, window) = Window::open(None, view)?;
        let open = Open {
            slave: Arc::new(slave),
            pumps: window.begin()?,
        };
        Ok(Self(Mutex::new(Some(open))))
    }

    /// What a command writes to; without the window, once that is closed.
    pub(crate) fn child_end(&self) -> io::Result<ChildEnd> {
        match self.slave() {
            Some(slave) => Ok(ChildEnd::Window(beyond_standard(slave)?)),
            None => Ok(ChildEnd::Inherited),
        }
    }

    /// Writes between the commands' output. `false` once the window is closed: nothing was written.
    #[must_use]
    pub fn write(&self, mut bytes: &[u8]) -> bool {
        let Some(slave) = self.slave() else {
            return false;
        };
        while !bytes.is_empty() {
            match rustix::io::write(&*slave, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                // The terminal behind the window is gone, and its reader with it.
                Err(_) => break,
            }
        }
        true
    }

    /// Hides the view, or shows it again.
    pub fn hide_view(&self, is_hidden: bool) {
        if let Some(open) = &*self.state() {
            open.pumps.hide_view(is_hidden);
        }
    }

    /// To be called once all commands have ended; see [`Pumps::finish`].
    #[must_use]
    pub fn finish(&self, idle_timeout: Duration) -> DrainOutcome {
        let Some(Open { slave, pumps }) = self.state().take() else {
            return DrainOutcome::default();
        };
        drop(slave);
        pumps.finish(idle_timeout)
    }

    /// A copy, since a write may block for any time and must not hold the lock.
    fn slave(&self) -> Option<Arc<OwnedFd>> {
        Some(Arc::clone(&self.state().as_ref()?.slave))
    }

    fn state(&self) -> MutexGuard<'_, Option<Open>> {
        lock(&self.0)
    }
}
