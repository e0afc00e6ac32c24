/** The options of `memtop bench`, checked. */
import { defaultImage } from '../bench/container/plan.js';
import type { EngineUse } from '../bench/rules.js';
import type { Wanted } from '../bench/verify.js';
import type { Budget } from '../compare/gate.js';
import type { FoundConfig } from './config/config.js';
import { currentFolder } from './current-folder.js';
import {
  clear,
  engine,
  image,
  memory,
  rootfs,
  runs,
  skipClear,
  verify,
  verifyOptional,
  warmup,
} from './flags/benching.js';
import { baseline, defaultOut, maxIncrease, out } from './flags/comparing.js';
import type { Flag } from './flags/flag.js';
import { interval } from './flags/measuring.js';
import { jsonOnly } from './flags/reporting.js';
import {
  type ExecOptions,
  execOptions,
  flagsOfCommand,
  isSet,
  valueGiven,
  valuesGiven,
} from './options.js';
import type { RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';

export interface BenchOptions extends ExecOptions {
  readonly label: string;
  readonly out: string;
  readonly clear: readonly string[];
  readonly clearFrom: string;
  readonly isIncremental: boolean;
  readonly verify: readonly Wanted[];
  readonly runs: number;
  readonly warmups: number;
  readonly isJsonOnly: boolean;
  readonly baseline: string | undefined;
  readonly budget: Budget;
  /** Undefined where it runs on the machine itself. */
  readonly container: ContainerOptions | undefined;
}

interface ContainerOptions {
  readonly image: string | undefined;
  readonly rootfs: string | undefined;
  readonly memoryLimitBytes: number | undefined;
  readonly engine: EngineUse;
}

const defaultLabel = 'latest';
/** Enough to tell who needs it; the kernel or the end of each process tells of what is shorter. */
const defaultIntervalMs = 150;

/** The same flag, with another default. */
const ownInterval: Flag = {
  ...interval,
  summary: `milliseconds between samples (default ${defaultIntervalMs})`,
};

export const flagsOfBench: readonly Flag[] = [
  ...[clear, skipClear, verify, verifyOptional],
  ...[runs, warmup, baseline, maxIncrease],
  ...[image, rootfs, memory, engine],
  ...[out, jsonOnly],
  ...flagsOfCommand.map((flag) => (flag === interval ? ownInterval : flag)),
];

/** @throws UsageError that names the flag, the variable, or the key of the config */
export function benchOptions(
  raw: RawArguments,
  environment: NodeJS.ProcessEnv,
  config: FoundConfig | undefined,
): BenchOptions {
  const run = execOptions(raw, environment, config);
  const isIncremental = isSet(skipClear, raw, config);
  const required = valuesGiven(verify, raw, config);
  const optional = valuesGiven(verifyOptional, raw, config);
  const base = valueGiven(baseline, raw, environment, config);
  const increases = valuesGiven(maxIncrease, raw, config);
  if ((base === undefined) !== (increases.length === 0)) {
    throw new UsageError('--baseline RUN and --max-increase PCT go together');
  }
  // What the config names is named from where it stands.
  const here = currentFolder();
  const from = ({ name }: Flag) => (raw.repeated.has(name) ? here : (config?.folder ?? here));
  return {
    ...run,
    intervalMs: run.intervalMs ?? defaultIntervalMs,
    label: run.label ?? defaultLabel,
    out: valueGiven(out, raw, environment, config) ?? defaultOut,
    clear: isIncremental ? [] : valuesGiven(clear, raw, config),
    clearFrom: from(clear),
    isIncremental,
    verify: [
      ...required.map((path) => ({ path, from: from(verify), isRequired: true })),
      ...optional.map((path) => ({ path, from: from(verifyOptional), isRequired: false })),
    ],
    runs: valueGiven(runs, raw, environment, config) ?? 1,
    warmups: valueGiven(warmup, raw, environment, config) ?? 0,
    isJsonOnly: isSet(jsonOnly, raw, config),
    baseline: base,
    budget: { maxPeak: run.maxPeak, maxIncrease: increases },
    container: containerGiven(raw, environment, config),
  };
}

/** Any of these asks for one. */
function containerGiven(
  raw: RawArguments,
  environment: NodeJS.ProcessEnv,
  config: FoundConfig | undefined,
): ContainerOptions | undefined {
  const given = {
    image: valueGiven(image, raw, environment, config),
    rootfs: valueGiven(rootfs, raw, environment, config),
    memoryLimitBytes: valueGiven(memory, raw, environment, config),
  };
  const use = valueGiven(engine, raw, environment, config);
  if (given.image !== undefined && given.rootfs !== undefined) {
    throw new UsageError('--image and --rootfs are two roots for one container; keep one');
  }
  if (given.rootfs !== undefined && use === 'docker') {
    throw new UsageError('--rootfs is for podman; docker needs an image: --image REF');
  }
  const isAsked = use !== undefined || Object.values(given).some((value) => value !== undefined);
  if (!isAsked) return undefined;
  const root = given.rootfs === undefined ? { image: given.image ?? defaultImage } : {};
  return { ...given, ...root, engine: use ?? 'auto' };
}
