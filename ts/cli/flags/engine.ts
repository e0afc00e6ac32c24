import { type EngineUse, engineProblem, engineUses } from '../../bench/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const engine: Valued<EngineUse> = {
  name: 'engine',
  value: engineUses.join('|'),
  summary: 'what runs the container; default: the first that works',
  read: (text) => allowed(text as EngineUse, engineProblem),
};
