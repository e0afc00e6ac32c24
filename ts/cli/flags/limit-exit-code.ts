import { exitCodeProblem } from '../../tracker/rules.js';
import { exitCodes } from '../exit-code.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const limitExitCode: Valued<number> = {
  name: 'limit-exit-code',
  value: 'N',
  summary: `exit code when the guard has ended the command (default ${exitCodes.guard})`,
  read: (text) => allowed(/^\d+$/.test(text) ? Number(text) : Number.NaN, exitCodeProblem),
};
