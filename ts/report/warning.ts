/** What is said when the guard warns. */
import { formatBytes } from './bytes.js';

export interface Warning {
  readonly bytes: number;
  /** What the run was to be warned at; absent when it is the room that runs out. */
  readonly thresholdBytes?: number;
  readonly room?: { readonly availableBytes: number; readonly totalBytes: number };
}

/** `who` is what has so much. */
export function warningText({ bytes, thresholdBytes, room }: Warning, who = 'the run'): string {
  const has = `${who} has ${formatBytes(bytes)}`;
  if (room) {
    const { availableBytes, totalBytes } = room;
    return `${has}, and only ${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} are left`;
  }
  return thresholdBytes === undefined ? has : `${has}, past ${formatBytes(thresholdBytes)}`;
}
