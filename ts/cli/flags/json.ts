import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const json: Valued<string> = {
  name: 'json',
  value: 'FILE',
  summary: "write the result there; '-' is standard output, after the command's own",
  read(text) {
    if (text === '') throw new UsageError('must name a file');
    return text;
  },
};
