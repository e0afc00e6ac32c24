/** The second stage: from raw values to checked options. Still no I/O. */
import type { NamedTaskRule, StageRule } from '../attribution/rule.js';
import type { Allowance } from '../compare/gate.js';
import { defaultStoreFile, noFile } from '../history/file.js';
import {
  type CgroupUse,
  type Metric,
  type PtyUse,
  type SurvivorUse,
  type TraceUse,
  warnProblem,
} from '../tracker/rules.js';
import type { Size } from '../tracker/size.js';
import type { FoundConfig } from './config/config.js';
import type { Flag, Switch, Valued } from './flags/flag.js';
import { limit, limitExitCode, maxPeak, noGuard, warn } from './flags/guarding.js';
import { noStore, store } from './flags/history.js';
import { cgroup, heap, interval, metric, stage, trace } from './flags/measuring.js';
import { chart, csv, html, json, markdown, noGithub, quiet } from './flags/reporting.js';
import {
  grace,
  label,
  logHeapUsage,
  pty,
  survivors,
  timeout,
  type UiUse,
  ui,
} from './flags/running.js';
import type { RawArguments } from './parse.js';
import type { ReportOptions } from './reports.js';
import { UsageError } from './usage-error.js';

export interface ExecOptions extends ReportOptions {
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
  readonly ui: UiUse | undefined;
  readonly stages: readonly StageRule[];
  readonly rules: readonly NamedTaskRule[];
  readonly maxPeak: readonly Allowance[];
  readonly logHeapUsage: boolean;
  readonly heap: boolean;
  readonly label: string | undefined;
  /** The file that the run is recorded in; undefined for none. */
  readonly store: string | undefined;
}

type Environment = Record<string, string | undefined>;

/** The flags of everything that has a result. */
export const flagsOfReports: readonly Flag[] = [
  ...[json, csv, markdown, html],
  ...[chart, noGithub, quiet],
];

/** The flags of everything that runs and measures. */
export const flagsOfRun: readonly Flag[] = [
  ...[interval, metric, cgroup, trace],
  ...[warn, limit, noGuard, limitExitCode, maxPeak],
  ...[timeout, grace, survivors, pty, ui],
  ...[logHeapUsage],
  ...[label, store, noStore, ...flagsOfReports],
];

/** The same for one command, in which tasks, stages and heaps are found. */
export const flagsOfCommand: readonly Flag[] = [...flagsOfRun, stage, heap];

/** @throws UsageError that names the flag, the variable, or the key of the config */
export function execOptions(
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): ExecOptions {
  const value = <T>(flag: Valued<T>) => valueGiven(flag, raw, environment, config);
  return {
    intervalMs: value(interval),
    metric: value(metric),
    cgroup: value(cgroup),
    trace: value(trace),
    ...thresholds(raw, environment, config),
    guard: !isNegated(noGuard, raw, config?.config.guard),
    limitExitCode: value(limitExitCode),
    timeoutMs: value(timeout),
    graceMs: value(grace),
    survivors: value(survivors),
    pty: value(pty),
    ui: value(ui),
    stages: stagesGiven(raw, config),
    rules: config?.config.rules ?? [],
    maxPeak: valuesGiven(maxPeak, raw, config),
    logHeapUsage: isOn(logHeapUsage, raw, environment, config),
    heap: isOn(heap, raw, environment, config),
    label: value(label),
    store: storeGiven(raw, environment, config),
    ...reportOptions(raw, environment, config),
  };
}

/** @throws UsageError */
export function reportOptions(
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): ReportOptions {
  const value = <T>(flag: Valued<T>) => valueGiven(flag, raw, environment, config);
  return {
    json: value(json),
    csv: value(csv),
    markdown: value(markdown),
    html: value(html),
    chart: isSet(chart, raw, config),
    github: githubGiven(raw, environment, config),
    quiet: isSet(quiet, raw, config),
  };
}

/** Whether a switch is there, or the config has it on. */
export function isSet({ name }: Switch, raw: RawArguments, config?: FoundConfig): boolean {
  const given = raw.values.get(name);
  return given === undefined ? configured(name, config) === true : given === true;
}

/** The file that runs are recorded in; undefined where none are to be. */
export function storeGiven(
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): string | undefined {
  if (raw.values.get(noStore.name) === true) return undefined;
  const isOff = isNegated(noStore, raw, config?.config.store);
  const named = config?.config.store === false ? undefined : config;
  const given = valueGiven(store, raw, environment, named);
  if (given !== undefined) return given === noFile ? undefined : given;
  return isOff ? undefined : defaultStoreFile(environment);
}

function thresholds(raw: RawArguments, environment: Environment, config?: FoundConfig) {
  const warnAt = given(warn, raw, environment, config);
  const endAt = given(limit, raw, environment, config);
  const sizes = { warn: warnAt && read(warn, warnAt), limit: endAt && read(limit, endAt) };
  const problem = warnProblem(sizes.warn, sizes.limit);
  if (warnAt === undefined || endAt === undefined || problem === undefined) return sizes;
  throw new UsageError(
    `${warnAt.source} ${warnAt.text} ${problem}, and ${endAt.source} is ${endAt.text}`,
  );
}

/** Those of the flags, in their order; without any those of the config. */
function stagesGiven(
  { repeated }: RawArguments,
  config: FoundConfig | undefined,
): readonly StageRule[] {
  if (!repeated.has(stage.name)) return config?.config.stages ?? [];
  const stages = (repeated.get(stage.name) ?? []).map((text) =>
    read(stage, { text, source: `--${stage.name}` }),
  );
  const names = stages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`--${stage.name} ${twice} is given twice`);
  return stages;
}

export function valueGiven<T>(
  flag: Valued<T>,
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): T | undefined {
  const found = given(flag, raw, environment, config);
  return found && read(flag, found);
}

/** All that a flag was given; without it those of the config, which may be one or a list. */
export function valuesGiven<T>(
  flag: Valued<T>,
  { repeated }: RawArguments,
  config?: FoundConfig,
): readonly T[] {
  const texts = repeated.get(flag.name);
  const source = texts ? `--${flag.name}` : `${config?.source}: ${keyOf(flag.name)}`;
  const all = texts ?? [configured(flag.name, config) ?? []].flat();
  return all.map((text) => read(flag, { text: `${text}`, source }));
}

/** Whether a flag such as `--no-guard` is there, or the config has the key as false. */
function isNegated({ name }: Switch, raw: RawArguments, configured: unknown): boolean {
  const given = raw.values.get(name);
  return given === undefined ? configured === false : given === true;
}

/** Whether GitHub is told where memtop runs there. */
export function githubGiven(
  raw: RawArguments,
  environment: NodeJS.ProcessEnv,
  config: FoundConfig | undefined,
): boolean {
  if (raw.values.has(noGithub.name)) return raw.values.get(noGithub.name) !== true;
  return !isOn(noGithub, raw, environment, config) && config?.config.github !== false;
}

/** By the flag, by its variable, which may also say no, or by the config. */
function isOn(
  flag: Switch,
  raw: RawArguments,
  environment: Environment,
  config: FoundConfig | undefined,
): boolean {
  const { name, variable } = flag;
  const set = variable && environment[variable];
  if (raw.values.has(name) || !set) return isSet(flag, raw, config);
  if (set === '0' || set === 'false') return false;
  if (set === '1' || set === 'true') return true;
  throw new UsageError(`${variable} must be true or false, not ${JSON.stringify(set)}`);
}

interface Given {
  readonly text: string;
  /** The flag, the variable or the key of the config, as people write it. */
  readonly source: string;
}

function given(
  { name, variable }: Valued<unknown>,
  raw: RawArguments,
  environment: Environment,
  config: FoundConfig | undefined,
): Given | undefined {
  const text = raw.values.get(name);
  if (typeof text === 'string') return { text, source: `--${name}` };
  const set = variable && environment[variable];
  // An empty variable is how a shell unsets one for a single command.
  if (set) return { text: set, source: `${variable}` };
  const value = configured(name, config);
  if (value === undefined) return undefined;
  return { text: `${value}`, source: `${config?.source}: ${keyOf(name)}` };
}

function configured(name: string, config: FoundConfig | undefined): unknown {
  return config && (config.config as Record<string, unknown>)[keyOf(name)];
}

/** `limitExitCode` for `limit-exit-code`. */
function keyOf(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function read<T>(flag: Valued<T>, { text, source }: Given): T {
  try {
    return flag.read(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source} ${error.message}, not ${JSON.stringify(text)}`);
  }
}
