/** Turns the checked options of a run into what the addon starts it with. */

import type * as z from 'zod/mini';
import { nativeRules, runnersOf } from '../attribution/native-rules.js';
import type { NamedTaskRule, StageRule } from '../attribution/rule.js';
import { runners } from '../attribution/runners.js';
import type { RulesOption } from '../native/addon.js';
import { definedOnly } from '../native/defined-only.js';
import type { runOptions } from './api/checked-options.js';
import type { ViewSize } from './native/execution.js';
import type { SessionStart } from './native/session.js';
import type { Start } from './native/start.js';

/** The options of a run, checked by the flags of the command line or by the schemas of the API. */
export interface CheckedOptions extends Omit<z.infer<typeof runOptions>, 'rules' | 'stages'> {
  rules?: readonly NamedTaskRule[] | undefined;
  stages?: readonly StageRule[] | undefined;
  /** False: tasks are not told apart. */
  tasks?: boolean | undefined;
  /** Whether lines can be shown below the output, on a terminal. */
  isViewed?: boolean | undefined;
  /** The size of the command's terminal, where this program alone draws it. */
  remoteSize?: ViewSize | undefined;
  /** An existing file that gets a row of CSV for each sample: milliseconds and bytes. */
  samplesFile?: string | undefined;
  /** The store that the run is recorded in. Default: none. */
  store?: string | undefined;
}

export type HostOptions = Pick<Start, 'standsIn' | 'ownDescriptors'>;

/** The part that a run of one command and a run of several tasks have in common. */
export function sessionStartOf(options: CheckedOptions, host: HostOptions): SessionStart {
  const { intervalMs, metric, cgroup, trace, warn, limit, guard } = options;
  const { graceMs, survivors } = options;
  const timeoutMs = ifReachable(options.timeoutMs);
  return {
    ...host,
    ...definedOnly({ intervalMs, metric, cgroup, trace, warn, limit, guard }),
    ...definedOnly({ timeoutMs, graceMs, survivors }),
  };
}

/** More than a clock can count to. */
const neverMs = 1e15;

function ifReachable(timeoutMs: number | undefined): number | undefined {
  return timeoutMs && timeoutMs < neverMs ? timeoutMs : undefined;
}

export function startOf(
  command: readonly (string | Uint8Array)[],
  options: CheckedOptions,
  host: HostOptions,
): Start {
  const { cwd, env, samplesFile } = options;
  return {
    command,
    ...sessionStartOf(options, host),
    ...definedOnly({ cwd, samplesFile }),
    ...(options.tasks !== false && { rules: rulesOf(options) }),
    ...streamsOf(options),
    ...(env !== undefined && { env: definedOnly(env) as Record<string, string> }),
  };
}

/** The rules that tell tasks and stages apart. */
export function rulesOf({
  rules = [],
  stages,
}: Pick<CheckedOptions, 'rules' | 'stages'>): RulesOption {
  return nativeRules([...runnersOf(rules), ...runners], stages);
}

function streamsOf(options: CheckedOptions): Pick<Start, 'streams' | 'size'> {
  const { pty, isViewed, remoteSize, onOutput, silent } = options;
  if (remoteSize) return { streams: 'remote', size: remoteSize };
  if (isViewed) return { streams: 'view' };
  if (pty === 'on') return { streams: 'terminal' };
  if (silent) return { streams: 'pipe' };
  return onOutput ? { streams: 'tee' } : {};
}
