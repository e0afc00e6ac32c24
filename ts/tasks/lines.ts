/** Cuts a stream of bytes into lines, however it comes in pieces. */

const newline = 0x0a;

export class Lines {
  /** What has come of a line that has not ended. */
  #open: Uint8Array[] = [];

  /** The lines that this piece ends, each with its end. */
  feed(piece: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const end = piece.indexOf(newline, start);
      if (end < 0) break;
      lines.push(this.#closed(piece.subarray(start, end + 1)));
      start = end + 1;
    }
    // The piece may be used for others once this returns.
    if (start < piece.length) this.#open.push(Uint8Array.from(piece.subarray(start)));
    return lines;
  }

  /** What was never ended, with an end. */
  rest(): Uint8Array[] {
    return this.#open.length > 0 ? [this.#closed(Uint8Array.of(newline))] : [];
  }

  #closed(end: Uint8Array): Uint8Array {
    const line = joined([...this.#open, end]);
    this.#open = [];
    return line;
  }
}

/** The bytes of all parts, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
