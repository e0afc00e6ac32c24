/** What is measured, and how. */
import { expressionProblem } from '../../attribution/expression.js';
import type { StageRule } from '../../attribution/rule.js';
import {
  type CgroupUse,
  cgroupProblem,
  cgroupUses,
  intervalProblem,
  type Metric,
  metricProblem,
  metrics,
  type TraceUse,
  traceProblem,
  traceUses,
} from '../../tracker/rules.js';
import { UsageError } from '../usage-error.js';
import type { Repeatable, Switch, Valued } from './flag.js';
import { allowed } from './readers.js';

export const interval: Valued<number> = {
  name: 'interval',
  value: 'MS',
  variable: 'MEMTOP_INTERVAL',
  summary: 'milliseconds between samples (default: 2 to 100, to stay below 1% of a CPU)',
  // Number('') is 0, which no interval may be.
  read: (text) => allowed(Number(text), intervalProblem),
};

export const metric: Valued<Metric> = {
  name: 'metric',
  value: metrics.join('|'),
  variable: 'MEMTOP_METRIC',
  summary:
    'how shared pages count: once (auto, the default), in each process (rss), ' +
    'or divided among all processes that share them (pss)',
  read: (text) => allowed(text as Metric, metricProblem),
};

const cgroup: Valued<CgroupUse> = {
  name: 'cgroup',
  value: cgroupUses.join('|'),
  variable: 'MEMTOP_CGROUP',
  summary: "run in a control group, for the kernel's own peak (default: where possible)",
  read: (text) => allowed(text as CgroupUse, cgroupProblem),
};

export const trace: Valued<TraceUse> = {
  name: 'trace',
  value: traceUses.join('|'),
  variable: 'MEMTOP_TRACE',
  summary: 'what reports starts and ends of processes (default auto: the best that works)',
  read: (text) => allowed(text as TraceUse, traceProblem),
};

const heap: Switch = {
  name: 'heap',
  variable: 'MEMTOP_HEAP',
  summary: 'report the JavaScript heaps of Node processes, and the limit they need',
};

export const stage: Repeatable<StageRule> = {
  name: 'stage',
  value: 'NAME=REGEX',
  isRepeatable: true,
  isFlagOnly: true,
  summary:
    'a stage, active while a command line matches REGEX; can be repeated, the first match counts',
  read(text) {
    const [, name, argv] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || argv === undefined) {
      throw new UsageError('must be a name and a regular expression, as in compile=tsc');
    }
    const problem = expressionProblem(argv);
    if (problem !== undefined) throw new UsageError(`is not a regular expression: ${problem}`);
    return { name, argv };
  },
};

export const measuringFlags = { intervalMs: interval, metric, cgroup, trace };

/** Of one command, whose stages and heaps are measured. */
export const findingFlags = { stages: stage, heap };
