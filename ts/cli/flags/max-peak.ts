import type { Allowance } from '../../compare/gate.js';
import type { Valued } from './flag.js';
import { readBytes } from './read-size.js';

export const maxPeak: Valued<Allowance> = {
  name: 'max-peak',
  value: '[TASK=]SIZE',
  summary: 'fail with 120 when the peak is above; of tasks by their names, * for any; repeat it',
  read(text) {
    const end = text.lastIndexOf('=');
    const value = readBytes(text.slice(end + 1));
    return end > 0 ? { task: text.slice(0, end), value } : { value };
  },
};
