/** Turns the checked options of a run into what the addon starts it with. */
import { nativeRules, runnersOf } from '../attribution/native-rules.js';
import { runners } from '../attribution/runners.js';
import type { RulesOption } from '../native/addon.js';
import { definedOnly } from './api/defined-only.js';
import type { CheckedOptions, HostOptions } from './execute.js';
import type { SessionStart } from './native/session.js';
import type { Start } from './native/start.js';

/** The part that a run of one command and a run of several tasks have in common. */
export function sessionStartOf(options: CheckedOptions, host: HostOptions): SessionStart {
  const { intervalMs, metric, cgroup, trace, warn, limit, guard } = options;
  const { timeoutMs, graceMs, survivors } = options;
  return {
    ...host,
    ...definedOnly({ intervalMs, metric, cgroup, trace, warn, limit, guard }),
    ...definedOnly({ timeoutMs, graceMs, survivors }),
  };
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
