/** The options of `memtop bench`, checked. */
import { defaultImage } from '../bench/container/plan.js';
import type { EngineUse } from '../bench/rules.js';
import type { Wanted } from '../bench/verify.js';
import type { Budget } from '../compare/gate.js';
import type { FoundConfig } from './config/config.js';
import { currentFolder } from './current-folder.js';
import { benchFlags, clear, verify, verifyOptional } from './flags/benching.js';
import { defaultOut } from './flags/comparing.js';
import { configKeyOf, type Flag, type OptionsOf } from './flags/flag.js';
import { interval } from './flags/measuring.js';
import { commandFlags } from './flags/tables.js';
import { type ExecOptions, execOptions, optionsOf, sourceOf } from './options.js';
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
  /** Undefined to run on the machine itself. */
  readonly container: ContainerOptions | undefined;
}

interface ContainerOptions {
  readonly image: string | undefined;
  readonly rootfs: string | undefined;
  readonly memoryLimitBytes: number | undefined;
  readonly engine: EngineUse;
}

const defaultLabel = 'latest';
/** Enough to attribute memory. Shorter peaks come from the kernel, or from ends of processes. */
const defaultIntervalMs = 150;

/** The same flag, with another default. */
const ownInterval: Flag = {
  ...interval,
  summary: `milliseconds between samples (default ${defaultIntervalMs})`,
};

export const flagsOfBench: readonly Flag[] = Object.values({
  ...benchFlags,
  ...commandFlags,
  intervalMs: ownInterval,
});

/** @throws UsageError that names the flag, the variable, or the key of the config */
export function benchOptions(
  raw: RawArguments,
  environment: NodeJS.ProcessEnv,
  config: FoundConfig | undefined,
): BenchOptions {
  const run = execOptions(raw, environment, config);
  const bench = optionsOf(benchFlags, raw, environment, config);
  const { isIncremental, isJsonOnly, baseline, maxIncrease } = bench;
  if ((baseline === undefined) !== (maxIncrease.length === 0)) {
    throw new UsageError(alone(baseline === undefined, raw, config));
  }
  // Paths in the config are relative to its folder.
  const here = currentFolder();
  const from = ({ name }: Flag) => (raw.repeated.has(name) ? here : (config?.folder ?? here));
  return {
    ...run,
    intervalMs: run.intervalMs ?? defaultIntervalMs,
    label: run.label ?? defaultLabel,
    out: bench.out ?? defaultOut,
    clear: isIncremental ? [] : bench.clear,
    clearFrom: from(clear),
    isIncremental,
    verify: [
      ...bench.verify.map((path) => ({ path, from: from(verify), isRequired: true })),
      ...bench.verifyOptional.map((path) => ({
        path,
        from: from(verifyOptional),
        isRequired: false,
      })),
    ],
    runs: bench.runs ?? 1,
    warmups: bench.warmups ?? 0,
    isJsonOnly,
    baseline,
    budget: { maxPeak: run.maxPeak, maxIncrease },
    container: containerGiven(bench, (flag) => sourceOf(flag, raw, config)),
  };
}

/** The message that one of two options is missing. */
function alone(isIncrease: boolean, raw: RawArguments, config: FoundConfig | undefined): string {
  const given = isIncrease ? benchFlags.maxIncrease : benchFlags.baseline;
  if (raw.values.has(given.name)) return '--baseline RUN and --max-increase PCT go together';
  const missing = isIncrease ? benchFlags.baseline : benchFlags.maxIncrease;
  return `${sourceOf(given, raw, config)} needs ${configKeyOf(missing)} as well`;
}

/** Any of these flags asks for a container. */
function containerGiven(
  { image, rootfs, memoryLimitBytes, engine }: OptionsOf<typeof benchFlags>,
  source: (flag: Flag) => string,
): ContainerOptions | undefined {
  if (image !== undefined && rootfs !== undefined) {
    const both = `${source(benchFlags.image)} and ${source(benchFlags.rootfs)}`;
    throw new UsageError(`${both} are two roots for one container; keep one`);
  }
  if (rootfs !== undefined && engine === 'docker') {
    const given = source(benchFlags.rootfs);
    throw new UsageError(`${given} is for podman; docker needs an image: --image REF`);
  }
  const given = [image, rootfs, memoryLimitBytes, engine];
  if (given.every((value) => value === undefined)) return undefined;
  return {
    image: rootfs === undefined ? (image ?? defaultImage) : undefined,
    rootfs,
    memoryLimitBytes,
    engine: engine ?? 'auto',
  };
}
