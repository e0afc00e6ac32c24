/** The data of a page, which holds it as JSON. All text in it is plain text. */

export interface PageData {
  /** The label of the run, or its command. */
  readonly title: string;
  readonly command: string;
  readonly sentence: string;
  readonly ending?: string;
  /** When, where and by which version of memtop it was measured. */
  readonly about: string;
  readonly hasFailed: boolean;
  readonly durationMs: number;
  readonly peak?: { readonly bytes: number; readonly atMs: number };
  readonly limitBytes?: number;
  readonly facts: readonly PageFact[];
  readonly timeline?: StackedTimeline;
  readonly spans: readonly Span[];
  readonly tasks: readonly PageTask[];
  readonly processes: readonly PageProcess[];
  readonly groups: readonly Group[];
  readonly warnings: readonly string[];
}

interface PageFact {
  readonly label: string;
  readonly text: string;
}

/** Memory over time: the total and its parts. */
export interface StackedTimeline {
  readonly atMs: readonly number[];
  readonly bytes: readonly number[];
  readonly parts: readonly Part[];
}

export interface Part {
  readonly name: string;
  readonly bytes: readonly number[];
  /** Whether it is what the named parts leave over. */
  readonly isRest?: boolean;
}

/** A task or a stage on the time axis. */
export interface Span {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The index of its part, if it has one. */
  readonly part?: number;
}

export interface PageTask {
  readonly name: string;
  readonly how: string;
  readonly peakBytes?: number;
  readonly wrapperBytes?: number;
  readonly durationMs?: number;
}

export interface PageProcess {
  readonly pid: number;
  readonly command: string;
  readonly task?: string;
  readonly bytes: number;
  /** Including its descendants. */
  readonly totalBytes: number;
  /** The number of its ancestors in the table. */
  readonly depth: number;
  readonly startedAtMs: number;
}

export interface Group {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}
