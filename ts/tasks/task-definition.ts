/** A task as it is to be run. */
import type { PtyUse } from '../tracker/rules.js';
import type { Size } from '../tracker/size.js';
import type { Linked } from './graph.js';

export interface TaskDefinition extends Linked {
  readonly source: 'config' | 'script';
  /** What a rule calls the task itself, where one finds it. */
  readonly foundAs?: string | undefined;
  /** One after the other, as long as they end well. */
  readonly commands: readonly (readonly string[])[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pty?: PtyUse | undefined;
  readonly warn?: Size | undefined;
  readonly limit?: Size | undefined;
}
