import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const exportTo: Valued<string> = {
  name: 'export',
  value: 'FILE',
  summary: "write the runs with their results and courses there, as JSON; '-' is standard output",
  read(text) {
    if (text === '') throw new UsageError('must name a file');
    return text;
  },
};
