import { defaultGraceMs, graceProblem } from '../../inspect/rules.js';
import { parseDuration } from '../duration.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const grace: Valued<number> = {
  name: 'grace',
  value: 'DURATION',
  summary: `how long processes may take to end before they are killed (default ${defaultGraceMs / 1000}s)`,
  read: (text) => allowed(parseDuration(text) ?? Number.NaN, graceProblem),
};
