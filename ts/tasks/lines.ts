/** Splits a stream of bytes into lines, wherever its chunks end. */

const newline = 0x0a;

export class Lines {
  /** The chunks of the line that has not ended yet. */
  #open: Uint8Array[] = [];

  /** The lines that this chunk completes, with their newlines. */
  feed(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      lines.push(this.#closed(chunk.subarray(start, end + 1)));
      start = end + 1;
    }
    // The caller may reuse the chunk once this returns.
    if (start < chunk.length) this.#open.push(Uint8Array.from(chunk.subarray(start)));
    return lines;
  }

  /** The last line where it has no newline; one is added. */
  rest(): Uint8Array[] {
    return this.#open.length > 0 ? [this.#closed(Uint8Array.of(newline))] : [];
  }

  #closed(end: Uint8Array): Uint8Array {
    const line = joined([...this.#open, end]);
    this.#open = [];
    return line;
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
