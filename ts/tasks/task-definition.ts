/** A task that `memtop run` can run. */
import type { PtyUse } from '../tracker/rules.js';
import type { Size } from '../tracker/size.js';
import type { Linked } from './graph.js';

export interface TaskDefinition extends Linked {
  readonly source: 'config' | 'script';
  /** The name by which a rule of `ts/attribution` finds the task itself, if one does. */
  readonly foundAs?: string | undefined;
  /** Run one after the other until one fails. */
  readonly commands: readonly (readonly string[])[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pty?: PtyUse | undefined;
  readonly warn?: Size | undefined;
  readonly limit?: Size | undefined;
}
