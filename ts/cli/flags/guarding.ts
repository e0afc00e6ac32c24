/** Memory limits that end a run, or fail it afterwards. */
import type { Allowance } from '../../compare/gate.js';
import { exitCodeProblem } from '../../tracker/rules.js';
import type { Size } from '../../tracker/size.js';
import { exitCodes } from '../exit-code.js';
import type { Repeatable, Switch, Valued } from './flag.js';
import { allowed, readBytes, readSize } from './readers.js';

export const warn: Valued<Size> = {
  name: 'warn',
  value: 'SIZE',
  variable: 'MEMTOP_WARN',
  summary: 'warn once when all processes together exceed SIZE: 500M, 1.5G, 80%',
  read: readSize,
};

export const limit: Valued<Size> = {
  name: 'limit',
  value: 'SIZE',
  variable: 'MEMTOP_LIMIT',
  summary: 'kill the run above SIZE, and write a crash report',
  read: readSize,
};

const noGuard: Switch = {
  name: 'no-guard',
  summary: 'never warn or kill, however much memory the run takes',
};

const limitExitCode: Valued<number> = {
  name: 'limit-exit-code',
  value: 'N',
  summary: `exit code when the guard killed the run (default ${exitCodes.guard})`,
  read: (text) => allowed(/^\d+$/.test(text) ? Number(text) : Number.NaN, exitCodeProblem),
};

export const maxPeak: Repeatable<Allowance> = {
  name: 'max-peak',
  value: '[TASK=]SIZE',
  isRepeatable: true,
  summary:
    'fail with 120 when the peak of the run, or of TASK (* for any), exceeds SIZE; can be repeated',
  read(text) {
    const end = text.lastIndexOf('=');
    const value = readBytes(text.slice(end + 1));
    return end > 0 ? { task: text.slice(0, end), value } : { value };
  },
};

export const guardingFlags = { warn, limit, guard: noGuard, limitExitCode, maxPeak };
