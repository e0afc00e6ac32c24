/** Prefixes each line of a task's output with the name of the task. */
import { plainText } from '../report/plain-text.js';
import { joined, Lines } from './lines.js';

type Stream = 'stdout' | 'stderr';

/** Called with one whole line. */
export type WriteLine = (stream: Stream, line: Uint8Array) => void;

export class Prefixed {
  readonly #prefix: Uint8Array;
  readonly #write: WriteLine;
  readonly #isBare: (line: Uint8Array) => boolean;
  readonly #lines: Record<Stream, Lines> = { stdout: new Lines(), stderr: new Lines() };

  /** Lines for which `isBare` returns true get no prefix. */
  constructor(name: string, write: WriteLine, isBare: (line: Uint8Array) => boolean = () => false) {
    this.#prefix = Buffer.from(`[${plainText(name)}] `);
    this.#write = write;
    this.#isBare = isBare;
  }

  readonly take = (chunk: Uint8Array, stream: Stream): void => {
    this.#pass(stream, this.#lines[stream].feed(chunk));
  };

  /** Also writes a last line without a newline. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#pass(stream, this.#lines[stream].rest());
    }
  }

  #pass(stream: Stream, lines: readonly Uint8Array[]): void {
    for (const line of lines) {
      this.#write(stream, this.#isBare(line) ? line : joined([this.#prefix, line]));
    }
  }
}
