/** The warning of the guard. */
import { formatBytes } from './bytes.js';

export interface GuardWarning {
  readonly bytes: number;
  /** The size at which to warn; absent if the machine is running out of memory. */
  readonly thresholdBytes?: number;
  readonly room?: { readonly availableBytes: number; readonly totalBytes: number };
}

/** `who` is the run or a task. */
export function warningText(
  { bytes, thresholdBytes, room }: GuardWarning,
  who = 'the run',
): string {
  const has = `${who} has ${formatBytes(bytes)}`;
  if (room) {
    const { availableBytes, totalBytes } = room;
    return `${has}, and only ${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} are left`;
  }
  return thresholdBytes === undefined ? has : `${has}, past ${formatBytes(thresholdBytes)}`;
}
