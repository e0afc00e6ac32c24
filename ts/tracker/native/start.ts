/** What a run is started with, once it is checked. */
import type { RulesOption } from '../../native/addon.js';
import type { CgroupUse, Metric, SurvivorUse, TraceUse } from '../rules.js';
import type { Size } from '../size.js';
import type { ViewSize } from './execution.js';

export interface Start {
  command: readonly (string | Uint8Array)[];
  cwd?: string;
  env?: Record<string, string>;
  intervalMs?: number;
  metric?: Metric;
  cgroup?: CgroupUse;
  trace?: TraceUse;
  warn?: Size;
  limit?: Size;
  guard?: boolean;
  timeoutMs?: number;
  graceMs?: number;
  survivors?: SurvivorUse;
  /** What the command's standard streams are. Default: this program's own. */
  streams?: 'inherit' | 'tee' | 'pipe' | 'terminal' | 'view' | 'remote';
  /** How large a terminal of its own is. */
  size?: ViewSize;
  /**
   * Whether this process is there for the command alone and has no other children: signals to it
   * reach the command, and orphans of the command become its children.
   */
  standsIn: boolean;
  /** By which its tasks are told apart. */
  rules?: RulesOption;
  /** A file that is there, which gets a row of CSV for each sample. */
  samplesFile?: string;
  /** Descriptors that this process has opened for itself. */
  ownDescriptors: number[];
}
