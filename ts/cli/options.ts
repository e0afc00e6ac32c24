/** The second stage: from raw values to checked options. Still no I/O. */
import type { CgroupUse, Metric } from '../tracker/rules.js';
import { cgroup } from './flags/cgroup.js';
import type { Valued } from './flags/flag.js';
import { interval } from './flags/interval.js';
import { json } from './flags/json.js';
import { label } from './flags/label.js';
import { metric } from './flags/metric.js';
import { quiet } from './flags/quiet.js';
import type { RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';

export interface ExecOptions {
  readonly intervalMs: number | undefined;
  readonly metric: Metric | undefined;
  readonly cgroup: CgroupUse | undefined;
  readonly label: string | undefined;
  readonly json: string | undefined;
  readonly quiet: boolean;
}

type Environment = Record<string, string | undefined>;

/** @throws UsageError that names the flag or the variable */
export function execOptions(raw: RawArguments, environment: Environment): ExecOptions {
  return {
    intervalMs: valueGiven(interval, raw, environment),
    metric: valueGiven(metric, raw, environment),
    cgroup: valueGiven(cgroup, raw, environment),
    label: valueGiven(label, raw, environment),
    json: valueGiven(json, raw, environment),
    quiet: raw.values.has(quiet.name),
  };
}

export function valueGiven<T>(
  flag: Valued<T>,
  raw: RawArguments,
  environment: Environment,
): T | undefined {
  const given = raw.values.get(flag.name);
  if (typeof given === 'string') return read(flag, given, `--${flag.name}`);
  const variable = flag.variable && environment[flag.variable];
  // An empty variable is how a shell unsets one for a single command.
  return variable ? read(flag, variable, `${flag.variable}`) : undefined;
}

function read<T>(flag: Valued<T>, text: string, source: string): T {
  try {
    return flag.read(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source} ${error.message}, not ${JSON.stringify(text)}`);
  }
}
