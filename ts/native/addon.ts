/** The addon as the rest of memtop sees it. */
import type * as binding from './binding.js';

export type Addon = Pick<
  typeof binding,
  | 'NativeInspector'
  | 'NativeRun'
  | 'NativeSampler'
  | 'NativeWatch'
  | 'exitNow'
  | 'ownArguments'
  | 'survey'
  | 'version'
>;
export type {
  AlarmRecord,
  InspectedProcess,
  PeakRecord,
  RunEnd,
  SamplingRecord,
  SnapshotRecord,
  SurveyRecord as Survey,
  TaskEnd,
  TreeRecord,
} from './binding.js';
