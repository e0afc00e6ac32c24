/** The second of three stages: from raw values to checked options. No I/O yet. */
import type { NamedTaskRule, StageRule } from '../attribution/rule.js';
import { defaultStoreFile, noFile } from '../history/file.js';
import { warnProblem } from '../tracker/rules.js';
import type { FoundConfig } from './config/config.js';
import {
  configKeyOf,
  type Flag,
  type FlagTable,
  isNegative,
  type OptionsOf,
  type Repeatable,
  type Switch,
  type Valued,
} from './flags/flag.js';
import { limit, warn } from './flags/guarding.js';
import { noStore, store } from './flags/history.js';
import { stage } from './flags/measuring.js';
import { commandFlags } from './flags/tables.js';
import type { RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';

export interface ExecOptions extends Omit<OptionsOf<typeof commandFlags>, 'isRecorded'> {
  readonly rules: readonly NamedTaskRule[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UsageError that names the flag, the variable, or the key of the config */
export function execOptions(
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): ExecOptions {
  const { isRecorded: _, ...options } = optionsOf(commandFlags, raw, environment, config);
  refuseWarnAboveLimit(options, raw, environment, config);
  refuseSameNames(options.stages);
  const isStaged = raw.repeated.has(stage.name);
  return {
    ...options,
    stages: isStaged ? options.stages : (config?.config.stages ?? []),
    rules: config?.config.rules ?? [],
    store: storeGiven(raw, environment, config),
  };
}

/**
 * What the flags of a table set, by the command line, by their variables or by the config.
 *
 * @throws UsageError
 */
export function optionsOf<Table extends FlagTable>(
  table: Table,
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): OptionsOf<Table> {
  const options = Object.entries(table).map(([name, flag]) => {
    if (flag.value === undefined) return [name, isOn(flag, raw, environment, config)];
    if ('isRepeatable' in flag) return [name, valuesGiven(flag, raw, config)];
    return [name, valueGiven(flag, raw, environment, config)];
  });
  return Object.fromEntries(options);
}

/** The file that runs are recorded in; undefined to record none. */
export function storeGiven(
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): string | undefined {
  if (isSet(noStore, raw)) return undefined;
  const given = valueGiven(store, raw, environment, config);
  if (given !== undefined) return given === noFile ? undefined : given;
  return isOn(noStore, raw, environment, config) ? defaultStoreFile(environment) : undefined;
}

function refuseWarnAboveLimit(
  sizes: Pick<ExecOptions, 'warn' | 'limit'>,
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): void {
  const problem = warnProblem(sizes.warn, sizes.limit);
  const warnAt = given(warn, raw, environment, config);
  const endAt = given(limit, raw, environment, config);
  if (warnAt === undefined || endAt === undefined || problem === undefined) return;
  throw new UsageError(
    `${warnAt.source} ${warnAt.text} ${problem}, and ${endAt.source} is ${endAt.text}`,
  );
}

function refuseSameNames(stages: readonly StageRule[]): void {
  const names = stages.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`--${stage.name} ${twice} is given twice`);
}

/** The value of a flag, of its variable, or of its key in the config. */
export function valueGiven<T>(
  flag: Valued<T>,
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): T | undefined {
  const found = given(flag, raw, environment, config);
  return found && read(flag, found);
}

/** All values of a flag, or else those of the config, which may be one or a list. */
export function valuesGiven<T>(
  flag: Repeatable<T>,
  { repeated }: RawArguments,
  config?: FoundConfig,
): readonly T[] {
  const texts = repeated.get(flag.name);
  const source = texts ? `--${flag.name}` : configSource(flag, config);
  const all = texts ?? [configured(flag, config) ?? []].flat();
  return all.map((text) => read(flag, { text: `${text}`, source }));
}

/** @throws UsageError where a flag and one that excludes it are both on the command line */
export function refuseBoth(raw: RawArguments, flag: Flag, others: readonly Flag[]): void {
  const isGiven = ({ name }: Flag) => (raw.values.get(name) ?? false) !== false;
  const other = isGiven(flag) ? others.find(isGiven) : undefined;
  if (other) throw new UsageError(`--${flag.name} and --${other.name} exclude each other`);
}

/** Whether a switch is on the command line. */
export function isSet({ name }: Switch, raw: RawArguments): boolean {
  return raw.values.get(name) === true;
}

/**
 * Whether what a switch sets is on: by the command line, by its variable or by the config. What
 * `--no-guard` sets is on unless one of them switches it off.
 */
export function isOn(
  flag: Switch,
  raw: RawArguments,
  environment: Environment,
  config?: FoundConfig,
): boolean {
  const given = raw.values.get(flag.name) ?? variableOf(flag, environment);
  if (given !== undefined) return (given === true) !== isNegative(flag);
  const value = configured(flag, config);
  return isNegative(flag) ? value !== false : value === true;
}

function variableOf({ variable }: Switch, environment: Environment): boolean | undefined {
  const set = variable && environment[variable];
  if (!set) return undefined;
  if (set === '0' || set === 'false') return false;
  if (set === '1' || set === 'true') return true;
  throw new UsageError(`${variable} must be true or false, not ${JSON.stringify(set)}`);
}

/** Where the value of a flag without a variable comes from, for error messages. */
export function sourceOf(flag: Flag, raw: RawArguments, config: FoundConfig | undefined): string {
  return raw.values.has(flag.name) ? `--${flag.name}` : configSource(flag, config);
}

function configSource(flag: Flag, config: FoundConfig | undefined): string {
  return `${config?.source}: ${configKeyOf(flag)}`;
}

interface Given {
  readonly text: string;
  /** The flag, the variable or the key of the config, for error messages. */
  readonly source: string;
}

function given(
  flag: Valued<unknown>,
  raw: RawArguments,
  environment: Environment,
  config: FoundConfig | undefined,
): Given | undefined {
  const { name, variable } = flag;
  const text = raw.values.get(name);
  if (typeof text === 'string') return { text, source: `--${name}` };
  const set = variable && environment[variable];
  // A shell unsets a variable for one command by leaving it empty.
  if (set) return { text: set, source: `${variable}` };
  const value = configured(flag, config);
  if (value === undefined || value === false) return undefined;
  return { text: `${value}`, source: configSource(flag, config) };
}

function configured(flag: Flag, config: FoundConfig | undefined): unknown {
  return config?.config[configKeyOf(flag)];
}

function read<T>(flag: Valued<T>, { text, source }: Given): T {
  try {
    return flag.read(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${source} ${error.message}, not ${JSON.stringify(text)}`);
  }
}
