//! Looks for V8's message about a full heap in the output of a command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memtop_terminal::{OutputListener, Stream, StreamsUse};

use crate::cause::HeapMessage;

/// The same streams, with output that goes through this process searched for that message.
pub(super) fn searched(streams: StreamsUse, seen: &Arc<AtomicBool>) -> StreamsUse {
    let searching = |listener: Option<OutputListener>| -> Option<OutputListener> {
        let seen = Arc::clone(seen);
        let mut listener = listener;
        let mut messages = [HeapMessage::default(), HeapMessage::default()];
        Some(Box::new(move |stream, bytes| {
            let message = &mut messages[usize::from(stream == Stream::Stderr)];
            message.feed(bytes);
            if message.was_seen() {
                seen.store(true, Ordering::Relaxed);
            }
            if let Some(listener) = &mut listener {
                listener(stream, bytes);
            }
        }))
    };
    match streams {
        StreamsUse::Inherited => StreamsUse::Inherited,
        StreamsUse::Piped { tee, listener } => StreamsUse::Piped {
            tee,
            listener: searching(listener),
        },
        StreamsUse::Terminal {
            listener,
            size,
            handle,
        } => StreamsUse::Terminal {
            listener: searching(listener),
            size,
            handle,
        },
        StreamsUse::Window { listener, view } => StreamsUse::Window {
            listener: searching(listener),
            view,
        },
        StreamsUse::Shared(window) => StreamsUse::Shared(window),
    }
}
