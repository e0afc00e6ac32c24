/** A process as the inspector reports it. */

export type ProcessState =
  | 'running'
  | 'sleeping'
  | 'waiting'
  | 'stopped'
  | 'idle'
  | 'zombie'
  | 'other';

export interface ProcessRecord {
  pid: number;
  /**
   * Together with the pid it identifies the process, as no later process with that pid has it. Its
   * unit depends on the backend; the time is in `startedAt`.
   */
  started: number;
  /** When it was started, in ISO 8601 and UTC, exact to 10 ms. Absent if the clock is far off. */
  startedAt?: string;
  /** 0 without a parent. */
  parentPid: number;
  /** The short name in the operating system. */
  name: string;
  /** The arguments, starting with the program. Empty for zombies and kernel threads. */
  command: string[];
  /** Absent if it cannot be read, as for processes of other users. */
  cwd?: string;
  /** Resident memory. 0 for zombies and kernel threads. */
  rssBytes: number;
  /**
   * 100 for one busy CPU, since the previous call of this inspector, or since the start of the
   * process if there was none by when it was 200 ms old. Absent for a younger process.
   */
  cpuPercent?: number;
  /** `waiting` is uninterruptible, mostly for a disk; a `zombie` has ended. */
  state: ProcessState;
  /** The effective user id. */
  userId?: number;
}
