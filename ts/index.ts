/** The public API of memtop. */
export type { NamedTaskRule, StageRule, TaskRule } from './attribution/rule.js';
export { type CompareOptions, compareResults } from './compare/compare-results.js';
export {
  type Comparison,
  type ComparisonChange,
  type ComparisonGroup,
  type ComparisonRow,
  isRegression,
} from './compare/comparison.js';
export { parseResult } from './compare/parse-result.js';
export {
  AddonUnavailable,
  InvalidOption,
  KillFailed,
  MemtopError,
  PermissionDenied,
  ProcessNotFound,
  RunNotFound,
  StoreClosed,
  SystemError,
  UnusableResult,
} from './errors.js';
export {
  openStore,
  type RunFilter,
  type RunRecord,
  type RunStore,
  type StoreOptions,
} from './history/open-store.js';
export { type Inspector, inspect } from './inspect/inspect.js';
export type { InspectorOptions, KillOptions, KillOutcome } from './inspect/options.js';
export type { ProcessRecord, ProcessState } from './inspect/process.js';
export type { TaskResult } from './result/task.js';
export type {
  Bench,
  BenchContainer,
  BenchOutcome,
  Cgroup,
  Cleared,
  Exit,
  ExitCause,
  Guard,
  Headline,
  Heap,
  HeapSummary,
  Host,
  LargestProcess,
  Missing,
  Oom,
  OomVictim,
  Peak,
  PeakMetric,
  ProcessAtPeak,
  ProcessCounts,
  ProcessIdentity,
  Program,
  Repeats,
  Result,
  RollupEntry,
  Run,
  RunMeasures,
  RunPeak,
  Sampling,
  Stage,
  Survivor,
  Task,
  TaskAtPeak,
  Timeline,
  Verified,
  Warning,
  Wrappers,
} from './result/types.js';
export { type Attached, attach } from './tracker/api/attach.js';
export type { Captured, CapturedResult } from './tracker/api/capture.js';
export type {
  Emitter,
  GuardEventListener,
  GuardEvents,
  LimitEvent,
  RunEventListener,
  RunEvents,
  TaskStartEvent,
  WarnEvent,
} from './tracker/api/events.js';
export { MemoryTracker } from './tracker/api/memory-tracker.js';
export type {
  AttachOptions,
  RunOptions,
  TrackerOptions,
  TrackOptions,
} from './tracker/api/options.js';
export { AbortError, RunFailed } from './tracker/api/result-errors.js';
export { run } from './tracker/api/run.js';
export type { EndOptions, Running } from './tracker/api/running.js';
export type { Snapshot, SnapshotProcess } from './tracker/api/snapshot.js';
export type { TrackedResult, TrackedTask } from './tracker/api/tracked-task.js';
