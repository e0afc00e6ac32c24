/** How commands are run, shown and ended. */
import { defaultGraceMs, graceProblem } from '../../inspect/rules.js';
import {
  labelProblem,
  type PtyUse,
  ptyProblem,
  ptyUses,
  type SurvivorUse,
  survivorsProblem,
  survivorUses,
  timeoutProblem,
} from '../../tracker/rules.js';
import { parseTimeout } from '../duration.js';
import { UsageError } from '../usage-error.js';
import type { Switch, Valued } from './flag.js';
import { allowed } from './readers.js';

export const timeout: Valued<number> = {
  name: 'timeout',
  value: 'DURATION',
  summary: 'stop after DURATION: 30s, 5m, 1h; seconds without a unit; 0 is never',
  read: (text) => allowed(parseTimeout(text) ?? Number.NaN, timeoutProblem),
};

export const grace: Valued<number> = {
  name: 'grace',
  value: 'DURATION',
  summary:
    'how long processes may take to end before they are killed ' +
    `(default ${defaultGraceMs / 1000}s)`,
  read: (text) => allowed(parseTimeout(text) ?? Number.NaN, graceProblem),
};

const survivors: Valued<SurvivorUse> = {
  name: 'survivors',
  value: survivorUses.join('|'),
  summary: 'what to do with processes that outlive the command (default leave)',
  read: (text) => allowed(text as SurvivorUse, survivorsProblem),
};

export const pty: Valued<PtyUse> = {
  name: 'pty',
  value: ptyUses.join('|'),
  summary: 'run the command in a terminal of its own (default auto: only with --ui full)',
  read: (text) => allowed(text as PtyUse, ptyProblem),
};

const uiUses = ['auto', 'inline', 'full', 'off'] as const;
export type UiUse = (typeof uiUses)[number];

export const ui: Valued<UiUse> = {
  name: 'ui',
  value: uiUses.join('|'),
  variable: 'MEMTOP_UI',
  summary:
    'what to show while it runs: lines below the output, the whole terminal, nothing (default ' +
    'auto: lines, on a terminal outside CI)',
  read(text) {
    const use = uiUses.find((use) => use === text);
    if (use === undefined) throw new UsageError(`must be one of ${uiUses.join(', ')}`);
    return use;
  },
};

export const label: Valued<string> = {
  name: 'label',
  value: 'NAME',
  summary: 'a name for the run, kept in the result',
  read: (text) => allowed(text, labelProblem),
};

/** Signals are passed on to at most this many commands at a time. */
const most = 256;

const parallel: Valued<number> = {
  name: 'parallel',
  value: 'N',
  summary: 'run at most N tasks at a time (default: one per CPU)',
  read(text) {
    const count = /^\d+$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > most) throw new UsageError(`must be a whole number from 1 to ${most}`);
    return count;
  },
};

const serial: Switch = {
  name: 'serial',
  summary: 'run one task after the other, each with the terminal to itself',
};

const keepGoing: Switch = {
  name: 'keep-going',
  summary: 'after a failure, go on with the tasks that do not depend on it',
};

const logHeapUsage: Switch = {
  name: 'log-heap-usage',
  variable: 'MEMTOP_LOG_HEAP_USAGE',
  summary: 'print the peak of each task as it ends',
};

export const runningFlags = {
  timeoutMs: timeout,
  graceMs: grace,
  survivors,
  pty,
  ui,
  logHeapUsage,
  label,
};

/** Of several tasks. */
export const schedulingFlags = { parallel, serial, keepGoing };
