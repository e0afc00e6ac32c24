/** The addon as the rest of memtop sees it. */
import type * as binding from './binding.js';

export type Addon = Pick<
  typeof binding,
  'NativeRun' | 'NativeSampler' | 'ownArguments' | 'version'
>;
export type { RunEnd, SamplingRecord, TreeRecord } from './binding.js';
