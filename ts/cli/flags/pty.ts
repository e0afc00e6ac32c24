import { type PtyUse, ptyProblem, ptyUses } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const pty: Valued<PtyUse> = {
  name: 'pty',
  value: ptyUses.join('|'),
  summary: 'run the command in a terminal of its own',
  read: (text) => allowed(text as PtyUse, ptyProblem),
};
