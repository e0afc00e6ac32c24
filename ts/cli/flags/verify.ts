import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const verify: Valued<string> = {
  name: 'verify',
  value: 'PATH',
  summary: 'fail with 121 when the run has not written it: a path, *, **; repeat it',
  read(text) {
    if (text === '') throw new UsageError('must name a path');
    return text;
  },
};
