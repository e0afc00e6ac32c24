//! V8's message about a full heap, found in a stream.
//!
//! V8 also writes it when a worker's heap is full and that ends the process. Where that ends the
//! worker alone (`ERR_WORKER_OUT_OF_MEMORY`), the program gets an error event and goes on, so that
//! is an error of the program and not looked for.

use memtop_trace::FULL_HEAP_MESSAGE;

/// Looks for the message in the output of a command.
///
/// A command may write the same text for another reason, so it proves nothing by itself: it
/// explains a SIGABRT.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeapMessage {
    /// How much of the message the stream ends with so far.
    matched: usize,
    seen: bool,
}

impl HeapMessage {
    /// Takes in the next piece of the stream, wherever it was cut.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        if self.seen {
            return;
        }
        let mut rest = chunk;
        loop {
            if self.matched == 0 {
                let Some(start) = rest.iter().position(|&byte| byte == FULL_HEAP_MESSAGE[0]) else {
                    return;
                };
                rest = &rest[start..];
            }
            let Some((&byte, after)) = rest.split_first() else {
                return;
            };
            // The first letter comes only once in the message, so what has been matched in vain
            // hides no other beginning of it.
            self.matched = match byte {
                _ if byte == FULL_HEAP_MESSAGE[self.matched] => self.matched + 1,
                _ if byte == FULL_HEAP_MESSAGE[0] => 1,
                _ => 0,
            };
            if self.matched == FULL_HEAP_MESSAGE.len() {
                self.seen = true;
                return;
            }
            rest = after;
        }
    }

    /// Whether the message has come by.
    #[must_use]
    pub(crate) fn was_seen(&self) -> bool {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::{FULL_HEAP_MESSAGE, HeapMessage};

    const TEXT: &str = "\n<--- JS stacktrace --->\n\nFATAL ERROR: Reached heap limit Allocation \
                        failed - JavaScript heap out of memory\n----- Native stack trace -----\n";

    fn seen(chunks: &[&[u8]]) -> bool {
        let mut message = HeapMessage::default();
        for chunk in chunks {
            message.feed(chunk);
        }
        message.was_seen()
    }

    #[test]
    fn the_message_has_its_first_letter_once() {
        let first = FULL_HEAP_MESSAGE
            .iter()
            .filter(|&&byte| byte == FULL_HEAP_MESSAGE[0]);
        assert_eq!(first.count(), 1);
    }

    #[test]
    fn it_is_found_however_the_stream_is_cut() {
        let text = TEXT.as_bytes();
        assert!(seen(&[text]));
        for cut in 0..=text.len() {
            assert!(seen(&[&text[..cut], &[], &text[cut..]]), "{cut}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert!(seen(&bytes));
    }

    #[test]
    fn it_is_found_among_anything() {
        let mut hostile: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        assert!(!seen(&[&hostile]));
        for end in 0..FULL_HEAP_MESSAGE.len() {
            hostile.extend(&FULL_HEAP_MESSAGE[..end]);
        }
        assert!(!seen(&[&hostile]));
        hostile.extend(b"AAA\0A");
        hostile.extend(&FULL_HEAP_MESSAGE[1..]);
        assert!(seen(&[&hostile]));
    }

    #[test]
    fn once_seen_it_stays_seen() {
        assert!(seen(&[TEXT.as_bytes(), b"and on it goes"]));
    }

    #[test]
    fn what_only_resembles_it_is_not_it() {
        for text in [
            "",
            "Allocation failed - process out of memory",
            "Allocation failed - JavaScript heap out of memor",
            "Allocation failed - JavaScript heap  out of memory",
            "Worker terminated due to reaching memory limit: JS heap out of memory",
        ] {
            assert!(!seen(&[text.as_bytes()]), "{text}");
        }
    }
}
