import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const defaultOut = '.memtop';

export const out: Valued<string> = {
  name: 'out',
  value: 'DIR',
  summary: `the folder of results that a label names (default ${defaultOut})`,
  read(text) {
    if (text === '') throw new UsageError('must name a folder');
    return text;
  },
};
