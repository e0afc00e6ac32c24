import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

export const verifyOptional: Valued<string> = {
  name: 'verify-optional',
  value: 'PATH',
  summary: 'the same, but only a remark; repeat it',
  read(text) {
    if (text === '') throw new UsageError('must name a path');
    return text;
  },
};
