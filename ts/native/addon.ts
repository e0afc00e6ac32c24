/** The addon as the rest of memtop sees it. */
import type * as binding from './binding.js';

export type Addon = Pick<
  typeof binding,
  | 'NativeBundle'
  | 'NativeInspector'
  | 'NativeRecorder'
  | 'NativeRun'
  | 'NativeSampler'
  | 'NativeStore'
  | 'NativeWatch'
  | 'exitNow'
  | 'ownArguments'
  | 'processIdentity'
  | 'storeSchema'
  | 'survey'
  | 'version'
>;
export type {
  AlarmRecord,
  FoundRecord,
  FoundTaskState,
  GuardEnd,
  InspectedProcess,
  KernelEventsRecord as KernelEvents,
  LargestProcessRecord,
  PeakRecord,
  ProcessIdentity as NativeIdentity,
  ProcessSurveyRecord as ProcessSurvey,
  RulesOption,
  RunEnd,
  SamplingRecord,
  SnapshotRecord,
  SurveyRecord as Survey,
  TaskEnd,
  TracingSurveyRecord as TracingSurvey,
  TrackingRecord,
  TreeRecord,
} from './binding.js';
