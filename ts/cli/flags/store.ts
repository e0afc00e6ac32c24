import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const store: Valued<string> = {
  name: 'store',
  value: 'FILE',
  variable: 'MEMTOP_STORE',
  summary: "the file that runs are recorded in; 'off' for none; default: in the user's data folder",
  read(text) {
    if (text === '') throw new UsageError('must name a file');
    return text;
  },
};
