/** A run in the store, without its result and its timeline. */
import type { Exit, Host, PeakMetric, ProcessIdentity } from './types.js';

export interface StoredRun {
  id: string;
  label?: string;
  /** Without anything that looks like a secret. */
  command: string[];
  cwd?: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
  /** Absent while it runs. */
  endedAt?: string;
  /** `interrupted`: memtop ended before it, and what happened then is not known. */
  state: 'running' | 'ended' | 'interrupted';
  /** So far, while it runs. */
  durationMs?: number;
  exit?: Pick<Exit, 'code' | 'signal' | 'cause'>;
  /** So far, while it runs. */
  peakBytes?: number;
  peakMetric?: PeakMetric;
  host?: Host;
  memtopVersion?: string;
  /**
   * The process of the command; absent where the run had several commands. Its start is known here
   * while the run is running on this machine.
   */
  process?: ProcessIdentity;
  /** The memtop that recorded it, likewise. */
  memtop?: ProcessIdentity;
}

/** Runs of one label, or of one command without a label. */
export interface StoredGroup {
  label?: string;
  command?: string[];
  runs: number;
  /**
   * Of the latest runs that have ended, oldest first; null for one that was not measured. Only
   * those in the metric of the latest run, since others cannot be compared with it.
   */
  peaks: (number | null)[];
  /** That metric. */
  metric?: PeakMetric;
  /** Metrics of the latest runs that are left out. */
  otherMetrics?: PeakMetric[];
}

/** The memory of a run over time. Each point is milliseconds since its start, and bytes. */
export interface StoredTimeline {
  sums: number[][];
  /**
   * The largest processes, in the order of their first sample; 0 bytes once one has ended. Several
   * may have had the same pid one after the other.
   */
  processes: { pid: number; name: string; points: number[][] }[];
}
