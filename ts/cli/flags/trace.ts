import { type TraceUse, traceProblem, traceUses } from '../../tracker/rules.js';
import { allowed } from './allowed.js';
import type { Valued } from './flag.js';

export const trace: Valued<TraceUse> = {
  name: 'trace',
  value: traceUses.join('|'),
  variable: 'MEMTOP_TRACE',
  summary:
    'follow every process from start to end; default: where that changes nothing for the command',
  read: (text) => allowed(text as TraceUse, traceProblem),
};
