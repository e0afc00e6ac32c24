/** The public API of memtop. */
export {
  AddonUnavailable,
  InvalidOption,
  KillFailed,
  MemtopError,
  PermissionDenied,
  ProcessNotFound,
  SystemError,
} from './errors.js';
export { type Inspector, inspect } from './inspect/inspect.js';
export type { InspectorOptions, KillOptions, KillOutcome } from './inspect/options.js';
export type { ProcessRecord, ProcessState } from './inspect/process.js';
export type { Result } from './result/types.js';
export { MemoryTracker } from './tracker/memory-tracker.js';
export type { RunOptions, TrackerOptions } from './tracker/options.js';
export { run } from './tracker/run.js';
