/** The public API of memtop. */
export {
  AddonUnavailable,
  InvalidOption,
  MemtopError,
  PermissionDenied,
  ProcessNotFound,
  SystemError,
} from './errors.js';
export type { Result } from './result/types.js';
export { MemoryTracker } from './tracker/memory-tracker.js';
export type { RunOptions, TrackerOptions } from './tracker/options.js';
export { run } from './tracker/run.js';
