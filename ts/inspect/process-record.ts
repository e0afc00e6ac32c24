/** Converts a process of the addon to one of the inspector. */
import type { InspectedProcess } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import type { ProcessRecord, ProcessState } from './process.js';

export type Backend = 'native' | 'sysinfo';

export function processRecord(seen: InspectedProcess, backend: Backend): ProcessRecord {
  const { pid, started, parentPid, name, command, cwd, rssBytes, cpuPercent, userId } = seen;
  return {
    pid,
    started,
    ...startedAt(seen, backend),
    parentPid,
    name,
    command,
    ...(cwd !== undefined && { cwd }),
    rssBytes,
    ...(cpuPercent !== undefined && { cpuPercent: Math.round(cpuPercent * 10) / 10 }),
    state: seen.state as ProcessState,
    ...(userId !== undefined && { userId }),
  };
}

/** On Linux `native` counts clock ticks since the boot; `sysinfo` counts seconds since 1970. */
function startedAt({ pid, started }: InspectedProcess, backend: Backend) {
  const epochMs =
    backend === 'sysinfo'
      ? started * 1000
      : loadAddon().processIdentity(pid, started).startedAtEpochMs;
  return epochMs !== undefined && { startedAt: new Date(epochMs).toISOString() };
}
