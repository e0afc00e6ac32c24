/** A run of the store: what is known of it but for its result and its course. */
import type { Exit, Host, PeakMetric, ProcessIdentity } from './types.js';

export interface StoredRun {
  id: string;
  label?: string;
  /** Without what looks like a secret. */
  command: string[];
  cwd?: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
  /** Absent while it runs. */
  endedAt?: string;
  /** `interrupted`: memtop has ended before it, and nothing is known of what came then. */
  state: 'running' | 'ended' | 'interrupted';
  /** So far, while it runs. */
  durationMs?: number;
  exit?: Pick<Exit, 'code' | 'signal' | 'cause'>;
  /** So far, while it runs. */
  peakBytes?: number;
  peakMetric?: PeakMetric;
  host?: Host;
  memtopVersion?: string;
  /** The process of the command; absent where the run had several commands. */
  process?: ProcessIdentity;
  /** The memtop that recorded it. */
  memtop?: ProcessIdentity;
}

/** Runs of one label, or of one command without a label. */
export interface StoredGroup {
  label?: string;
  command?: string[];
  runs: number;
  /**
   * Of the latest that have ended, oldest first; null for one that was not measured. Only those in
   * the metric of the latest: others cannot be compared with it.
   */
  peaks: (number | null)[];
  /** That metric. */
  metric?: PeakMetric;
  /** What those of the latest were measured in that are left out. */
  otherMetrics?: PeakMetric[];
}

/** The course of a run's memory. Each point is milliseconds from the start of the run, and bytes. */
export interface StoredCourse {
  sums: number[][];
  /** The largest processes, in the order in which they were first seen; 0 bytes once one is gone. */
  processes: { pid: number; startTicks: number; name: string; points: number[][] }[];
}
