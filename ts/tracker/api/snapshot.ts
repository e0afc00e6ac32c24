/** A process tree at one instant. */

export interface Snapshot {
  /** When the last sample was taken, from the start of the run or of tracking. */
  atMs: number;
  /** The memory of all processes together, each page once. */
  bytes: number;
  /** The highest `bytes` so far. */
  peakBytes: number;
  /** The processes that have memory, the largest first. */
  processes: SnapshotProcess[];
}

export interface SnapshotProcess {
  pid: number;
  /** The pid of the process that started it. */
  parentPid: number;
  /** The operating system's short name for it. */
  name: string;
  /** Its arguments, the program first; long ones are cut. */
  command: string[];
  /** Its resident memory. */
  rssBytes: number;
  /** Its part of the sum. All parts add up to it. */
  bytes: number;
}

/** The part of the addon's snapshot that is used here. */
interface NativeSnapshot {
  readonly atMs: number;
  readonly bytes: number;
  readonly tree: { readonly peak?: { readonly bytes: number } };
  readonly living: readonly SnapshotProcess[];
}

export function snapshotOf({ atMs, bytes, tree, living }: NativeSnapshot): Snapshot {
  return {
    atMs: Math.round(atMs * 1000) / 1000,
    bytes,
    peakBytes: Math.max(bytes, tree.peak?.bytes ?? 0),
    processes: living
      .map(({ pid, parentPid, name, command, rssBytes, bytes: share }) => ({
        pid,
        parentPid,
        name,
        command,
        rssBytes,
        bytes: share,
      }))
      .sort((one, other) => other.bytes - one.bytes),
  };
}
