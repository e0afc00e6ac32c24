/** Converts a process of the addon to one of the inspector. */
import type { InspectedProcess } from '../native/addon.js';
import type { ProcessRecord, ProcessState } from './process.js';

export function processRecord(seen: InspectedProcess): ProcessRecord {
  const { pid, started, parentPid, name, command, cwd, rssBytes, cpuPercent, userId } = seen;
  return {
    pid,
    started,
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
