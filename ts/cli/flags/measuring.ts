/** What is measured, and how closely. */
import { notAnExpression } from '../../attribution/expression.js';
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
  summary: 'milliseconds between samples; default: 2 to 100, as few as cost under 1 % of a CPU',
  // Number('') is 0, which no interval may be.
  read: (text) => allowed(Number(text), intervalProblem),
};

export const metric: Valued<Metric> = {
  name: 'metric',
  value: metrics.join('|'),
  variable: 'MEMTOP_METRIC',
  summary:
    'what the peak counts: every page once (auto, the default), rss: shared pages in each process, pss: divided among all that have them',
  read: (text) => allowed(text as Metric, metricProblem),
};

const cgroup: Valued<CgroupUse> = {
  name: 'cgroup',
  value: cgroupUses.join('|'),
  variable: 'MEMTOP_CGROUP',
  summary:
    "a control group for the run, for the kernel's own peak; default: where there can be one",
  read: (text) => allowed(text as CgroupUse, cgroupProblem),
};

export const trace: Valued<TraceUse> = {
  name: 'trace',
  value: traceUses.join('|'),
  variable: 'MEMTOP_TRACE',
  summary:
    'follow every process from start to end; default: where that changes nothing for the command',
  read: (text) => allowed(text as TraceUse, traceProblem),
};

const heap: Switch = {
  name: 'heap',
  variable: 'MEMTOP_HEAP',
  summary: 'have Node processes report their JavaScript heaps, and say what limit they need',
};

export const stage: Repeatable<StageRule> = {
  name: 'stage',
  value: 'NAME=REGEX',
  isRepeatable: true,
  isFlagOnly: true,
  summary: 'a stage: while a command line matches; repeat it, the first of several counts',
  read(text) {
    const [, name, argv] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || argv === undefined) {
      throw new UsageError('must be a name and a regular expression, as in compile=tsc');
    }
    const problem = notAnExpression(argv);
    if (problem !== undefined) throw new UsageError(`is not a regular expression: ${problem}`);
    return { name, argv };
  },
};

export const measuringFlags = { intervalMs: interval, metric, cgroup, trace };

/** Of one command, in which tasks, stages and heaps are found. */
export const findingFlags = { stages: stage, heap };
