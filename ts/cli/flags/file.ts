import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

/** A flag that names a file to write; `-` is standard output. */
export function file(name: string, summary: string): Valued<string> {
  return {
    name,
    value: 'FILE',
    summary,
    read(text) {
      if (text === '') throw new UsageError('must name a file');
      return text;
    },
  };
}
