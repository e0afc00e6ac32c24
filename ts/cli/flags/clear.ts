import { clearProblem } from '../../bench/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const clear: Valued<string> = {
  name: 'clear',
  value: 'PATH',
  summary: 'remove this before each run: a path in the project, * within a name; repeat it',
  read: (text) => allowed(text, clearProblem),
};
