/** The second stage: from raw values to checked options. Still no I/O. */
import {
  type CgroupUse,
  type Metric,
  type PtyUse,
  type SurvivorUse,
  type TraceUse,
  warnProblem,
} from '../tracker/rules.js';
import type { Size } from '../tracker/size.js';
import { cgroup } from './flags/cgroup.js';
import type { Valued } from './flags/flag.js';
import { grace } from './flags/grace.js';
import { interval } from './flags/interval.js';
import { json } from './flags/json.js';
import { label } from './flags/label.js';
import { limit } from './flags/limit.js';
import { limitExitCode } from './flags/limit-exit-code.js';
import { metric } from './flags/metric.js';
import { noGuard } from './flags/no-guard.js';
import { pty } from './flags/pty.js';
import { quiet } from './flags/quiet.js';
import { survivors } from './flags/survivors.js';
import { timeout } from './flags/timeout.js';
import { trace } from './flags/trace.js';
import { warn } from './flags/warn.js';
import type { RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';

export interface ExecOptions {
  readonly intervalMs: number | undefined;
  readonly metric: Metric | undefined;
  readonly cgroup: CgroupUse | undefined;
  readonly trace: TraceUse | undefined;
  readonly warn: Size | undefined;
  readonly limit: Size | undefined;
  /** False where nothing is to be ended for its memory, whatever the thresholds. */
  readonly guard: boolean;
  readonly limitExitCode: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly graceMs: number | undefined;
  readonly survivors: SurvivorUse | undefined;
  readonly pty: PtyUse | undefined;
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
    trace: valueGiven(trace, raw, environment),
    ...thresholds(raw, environment),
    guard: !raw.values.has(noGuard.name),
    limitExitCode: valueGiven(limitExitCode, raw, environment),
    timeoutMs: valueGiven(timeout, raw, environment),
    graceMs: valueGiven(grace, raw, environment),
    survivors: valueGiven(survivors, raw, environment),
    pty: valueGiven(pty, raw, environment),
    label: valueGiven(label, raw, environment),
    json: valueGiven(json, raw, environment),
    quiet: raw.values.has(quiet.name),
  };
}

function thresholds(raw: RawArguments, environment: Environment) {
  const warnAt = given(warn, raw, environment);
  const endAt = given(limit, raw, environment);
  const sizes = { warn: warnAt && read(warn, warnAt), limit: endAt && read(limit, endAt) };
  const problem = warnProblem(sizes.warn, sizes.limit);
  if (warnAt === undefined || endAt === undefined || problem === undefined) return sizes;
  throw new UsageError(
    `${warnAt.source} ${warnAt.text} ${problem}, and ${endAt.source} is ${endAt.text}`,
  );
}

export function valueGiven<T>(
  flag: Valued<T>,
  raw: RawArguments,
  environment: Environment,
): T | undefined {
  const found = given(flag, raw, environment);
  return found && read(flag, found);
}

interface Given {
  readonly text: string;
  /** The flag or the variable, as people write it. */
  readonly source: string;
}

function given(
  { name, variable }: Valued<unknown>,
  raw: RawArguments,
  environment: Environment,
): Given | undefined {
  const text = raw.values.get(name);
  if (typeof text === 'string') return { text, source: `--${name}` };
  const set = variable && environment[variable];
  // An empty variable is how a shell unsets one for a single command.
  return set ? { text: set, source: `${variable}` } : undefined;
}

function read<T>(flag: Valued<T>, { text, source }: Given): T {
  try {
    return flag.read(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source} ${error.message}, not ${JSON.stringify(text)}`);
  }
}
