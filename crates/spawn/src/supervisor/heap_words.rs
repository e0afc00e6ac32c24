//! Looks for V8's last words in what a command writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memtop_terminal::{OutputListener, Stream, StreamsUse};

use crate::cause::HeapMessage;

/// Has V8's words for a full heap looked for in what goes through this process.
pub(super) fn listened_to(streams: StreamsUse, seen: &Arc<AtomicBool>) -> StreamsUse {
    let listening = |tap: Option<OutputListener>| -> Option<OutputListener> {
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
        StreamsUse::Piped { tee, listener } => StreamsUse::Piped {
            tee,
            listener: listening(listener),
        },
        StreamsUse::Terminal {
            listener,
            size,
            handle,
        } => StreamsUse::Terminal {
            listener: listening(listener),
            size,
            handle,
        },
        StreamsUse::Window { listener, view } => StreamsUse::Window {
            listener: listening(listener),
            view,
        },
        StreamsUse::Shared(window) => StreamsUse::Shared(window),
    }
}
