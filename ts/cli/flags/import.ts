import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const importFrom: Valued<string> = {
  name: 'import',
  value: 'FILE',
  summary: "add the runs of such a file; '-' is standard input",
  read(text) {
    if (text === '') throw new UsageError('must name a file');
    return text;
  },
};
