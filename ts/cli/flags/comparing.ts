/** What runs are compared with, and how much they may differ. */
import type { Allowance } from '../../compare/gate.js';
import type { Repeatable, Valued } from './flag.js';
import { readName, readPercent } from './readers.js';

export const baseline: Valued<string> = {
  name: 'baseline',
  value: 'RUN',
  summary: 'compare with these runs: a label, a result file or a folder of result files',
  read: readName('a label, a file or a folder'),
};

export const defaultOut = '.memtop';

export const out: Valued<string> = {
  name: 'out',
  value: 'DIR',
  summary: `folder of the results that labels name (default ${defaultOut})`,
  read: readName('a folder'),
};

export const maxIncrease: Repeatable<Allowance> = {
  name: 'max-increase',
  value: '[TASK=]PCT',
  isRepeatable: true,
  summary: 'allowed increase over the baseline in percent, of the run or of TASK; can be repeated',
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
    'how much a single run may vary in percent (default 10); measured where runs are repeated',
  read: readPercent,
};
