/** Keeps what a command writes, for its result. */
import { StringDecoder } from 'node:string_decoder';
import { formatBytes } from '../../report/bytes.js';
import type { Result } from '../../result/types.js';
import type { OnOutput } from './pieces.js';

/** What a command wrote, as UTF-8. */
export interface Captured {
  stdout: string;
  /** Empty where the command has a terminal, which makes one stream of both. */
  stderr: string;
}

/** The result of a run with `capture`. */
export interface CapturedResult extends Result, Captured {}

export class Capture {
  readonly #streams: { readonly [Name in keyof Captured]: CapturedStream };
  readonly #next: OnOutput | undefined;

  /** Each piece is handed on to `next`. */
  constructor(maxBytes: number, next: OnOutput | undefined) {
    this.#next = next;
    this.#streams = {
      stdout: new CapturedStream('stdout', maxBytes),
      stderr: new CapturedStream('stderr', maxBytes),
    };
  }

  readonly onOutput: OnOutput = (piece, stream) => {
    this.#streams[stream].take(piece);
    return this.#next?.(piece, stream);
  };

  addTo(result: Result): CapturedResult {
    const { stdout, stderr } = this.#streams;
    return {
      ...result,
      stdout: stdout.text,
      stderr: stderr.text,
      warnings: [...result.warnings, ...stdout.warnings, ...stderr.warnings],
    };
  }
}

class CapturedStream {
  readonly #name: string;
  readonly #maxBytes: number;
  readonly #pieces: Uint8Array[] = [];
  #keptBytes = 0;
  #allBytes = 0;

  constructor(name: string, maxBytes: number) {
    this.#name = name;
    this.#maxBytes = maxBytes;
  }

  take(piece: Uint8Array): void {
    this.#allBytes += piece.length;
    const kept = piece.subarray(0, this.#maxBytes - this.#keptBytes);
    if (kept.length === 0) return;
    this.#pieces.push(kept);
    this.#keptBytes += kept.length;
  }

  /** A character that is cut in two is left out. */
  get text(): string {
    const decoder = new StringDecoder('utf8');
    const text = decoder.write(Buffer.concat(this.#pieces));
    return this.#isCut ? text : text + decoder.end();
  }

  get warnings(): Result['warnings'] {
    if (!this.#isCut) return [];
    const [kept, all] = [formatBytes(this.#maxBytes), formatBytes(this.#allBytes)];
    return [{ code: 'capture-cut', message: `${this.#name} is cut at ${kept} of ${all}` }];
  }

  get #isCut(): boolean {
    return this.#allBytes > this.#keptBytes;
  }
}
