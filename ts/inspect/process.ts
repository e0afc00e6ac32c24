/** A process as the inspector tells of it. */

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
   * When it started, in the backend's own unit. With the pid it names this process and no other
   * that gets the pid later.
   */
  started: number;
  /** 0 where it has no parent. */
  parentPid: number;
  /** The operating system's short name for it. */
  name: string;
  /** Its arguments, the program first. Empty for a zombie and for the kernel's own. */
  command: string[];
  /** Absent where it may not be read, as with another user's process. */
  cwd?: string;
  /** Resident memory. 0 for a zombie and for the kernel's own, which have none. */
  rssBytes: number;
  /**
   * 100 for one CPU kept busy, since this inspector's look before, or since the start of the
   * process when there was none. Absent where that was too short ago to tell.
   */
  cpuPercent?: number;
  /** `waiting` is where no signal reaches it, mostly for a disk; a `zombie` has ended. */
  state: ProcessState;
  /** The user whose rights it has. */
  userId?: number;
}
