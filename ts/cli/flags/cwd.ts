import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const cwd: Valued<string> = {
  name: 'cwd',
  value: 'DIR',
  summary: 'only processes that work in this folder or below it',
  read(text) {
    if (text === '') throw new UsageError('must name a folder');
    return text;
  },
};
