/** What a page shows. It is in the page as JSON; all text in it is made fit to be read. */

export interface PageData {
  /** The label of the run, or its command. */
  readonly title: string;
  readonly command: string;
  readonly sentence: string;
  readonly ending?: string;
  /** When, where and by which version. */
  readonly about: string;
  readonly hasFailed: boolean;
  readonly durationMs: number;
  readonly peak?: { readonly bytes: number; readonly atMs: number };
  readonly limitBytes?: number;
  readonly facts: readonly PageFact[];
  readonly course?: Course;
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

/** The memory over time: the whole, and the parts that make it up. */
export interface Course {
  readonly atMs: readonly number[];
  readonly bytes: readonly number[];
  readonly parts: readonly Part[];
}

export interface Part {
  readonly name: string;
  readonly bytes: readonly number[];
  /** What is left when all that has a name is taken away. */
  readonly isRest?: boolean;
}

/** A task or a stage on the axis of time. */
export interface Span {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The number of its part, where it has one. */
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
  /** With all that it started. */
  readonly totalBytes: number;
  /** How many of the processes it is below. */
  readonly depth: number;
  readonly startedAtMs: number;
}

export interface Group {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}
