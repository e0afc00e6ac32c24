//! Looks for V8's message about a full heap in the output of a command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memtop_terminal::{Stream, StreamsUse, Tap};

use crate::cause::HeapMessage;

/// The same streams, with output that goes through this process searched for that message.
pub(super) fn searched(streams: StreamsUse, seen: &Arc<AtomicBool>) -> StreamsUse {
    let listening = |tap: Option<Tap>| -> Option<Tap> {
        let seen = Arc::clone(seen);
        let mut tap = tap;
        let mut messages = [HeapMessage::default(), HeapMessage::default()];
        Some(Box::new(move |stream, bytes| {
            let message = &mut messages[usize::from(stream == Stream::Stderr)];
            message.feed(bytes);
            if message.was_seen() {
                seen.store(true, Ordering::Relaxed);
            }
            if let Some(tap) = &mut tap {
                tap(stream, bytes);
            }
        }))
    };
    match streams {
        StreamsUse::Inherited => StreamsUse::Inherited,
        StreamsUse::Piped { tee, tap } => StreamsUse::Piped {
            tee,
            tap: listening(tap),
        },
        StreamsUse::Terminal { tap, size, remote } => StreamsUse::Terminal {
            tap: listening(tap),
            size,
            remote,
        },
        StreamsUse::Window { tap, view } => StreamsUse::Window {
            tap: listening(tap),
            view,
        },
        StreamsUse::Shared(window) => StreamsUse::Shared(window),
    }
}
