import { type SurvivorUse, survivorsProblem, survivorUses } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const survivors: Valued<SurvivorUse> = {
  name: 'survivors',
  value: survivorUses.join('|'),
  summary: 'what to do with processes that outlive the command (default leave)',
  read: (text) => allowed(text as SurvivorUse, survivorsProblem),
};
