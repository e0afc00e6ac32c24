import { labelProblem } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const label: Valued<string> = {
  name: 'label',
  value: 'NAME',
  summary: 'a name for the run, kept in the result',
  read: (text) => allowed(text, labelProblem),
};
