import { timeoutProblem } from '../../tracker/rules.js';
import { parseDuration } from '../duration.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const timeout: Valued<number> = {
  name: 'timeout',
  value: 'DURATION',
  summary: 'stop after this long: 30s, 5m, 1h',
  read: (text) => allowed(parseDuration(text) ?? Number.NaN, timeoutProblem),
};
