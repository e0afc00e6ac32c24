import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const baseline: Valued<string> = {
  name: 'baseline',
  value: 'RUN',
  summary: 'what to compare with: a label, a result file, or a folder of such',
  read(text) {
    if (text === '') throw new UsageError('must name a label, a file or a folder');
    return text;
  },
};
