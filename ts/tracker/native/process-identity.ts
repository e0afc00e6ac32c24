/** A process and its start, as in a result. */
import { AddonUnavailable } from '../../errors.js';
import type { NativeIdentity } from '../../native/addon.js';
import { loadAddon } from '../../native/load.js';
import type { ProcessIdentity } from '../../result/types.js';

export function processIdentity({ pid, startedAtEpochMs }: NativeIdentity): ProcessIdentity {
  return {
    pid,
    ...(startedAtEpochMs !== undefined && {
      startedAt: new Date(startedAtEpochMs).toISOString(),
    }),
  };
}

/** Of a process of this boot. */
export function identityFromTicks(pid: number, startTicks: number): ProcessIdentity {
  try {
    return processIdentity(loadAddon().processIdentity(pid, startTicks));
  } catch (error) {
    if (error instanceof AddonUnavailable) return { pid };
    throw error;
  }
}
