import type { Allowance } from '../../compare/gate.js';
import type { Valued } from './flag.js';
import { readPercent } from './read-percent.js';

export const maxIncrease: Valued<Allowance> = {
  name: 'max-increase',
  value: '[TASK=]PCT',
  summary: 'how many percent above the baseline are allowed; of tasks by their names; repeat it',
  read(text) {
    const end = text.lastIndexOf('=');
    const value = readPercent(text.slice(end + 1));
    return end > 0 ? { task: text.slice(0, end), value } : { value };
  },
};
