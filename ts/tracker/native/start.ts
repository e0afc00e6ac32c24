/** What the addon starts a run with. */
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
  /** The standard streams of the command. Default: this program's own. */
  streams?: 'inherit' | 'tee' | 'pipe' | 'terminal' | 'view' | 'remote';
  /** The size of the command's own terminal. */
  size?: ViewSize;
  /**
   * Whether this process exists for the command alone: signals to it are forwarded to the command,
   * and it becomes the subreaper of the command's orphans.
   */
  standsIn: boolean;
  /** The rules that find tasks. */
  rules?: RulesOption;
  /** An existing file that gets a row of CSV for each sample. */
  samplesFile?: string;
  /** Descriptors that the command must not inherit. */
  ownDescriptors: number[];
}
