/** What runs are compared with, and what difference is allowed. */
import type { Allowance } from '../../compare/gate.js';
import type { Repeatable, Valued } from './flag.js';
import { named, readPercent } from './readers.js';

export const baseline: Valued<string> = {
  name: 'baseline',
  value: 'RUN',
  summary: 'what to compare with: a label, a result file, or a folder of such',
  read: named('a label, a file or a folder'),
};

export const defaultOut = '.memtop';

export const out: Valued<string> = {
  name: 'out',
  value: 'DIR',
  summary: `the folder of results that a label names (default ${defaultOut})`,
  read: named('a folder'),
};

export const maxIncrease: Repeatable<Allowance> = {
  name: 'max-increase',
  value: '[TASK=]PCT',
  isRepeatable: true,
  summary: 'how many percent above the baseline are allowed; of tasks by their names; repeat it',
  read(text) {
    const end = text.lastIndexOf('=');
    const value = readPercent(text.slice(end + 1));
    return end > 0 ? { task: text.slice(0, end), value } : { value };
  },
};

export const noise: Valued<number> = {
  name: 'noise',
  value: 'PCT',
  summary:
    'how many percent a single run may vary by; repeated runs tell it themselves (default 10)',
  read: readPercent,
};
