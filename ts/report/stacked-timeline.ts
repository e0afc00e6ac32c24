/** The timeline of a run, split by task, or by program if there are no tasks. */
import type { Result, Run, Task, Timeline } from '../result/types.js';
import { highest } from './highest.js';
import type { Part, StackedTimeline } from './page/data.js';
import { plainText } from './plain-text.js';
import { valuesAt } from './series.js';

/** A task or a program. */
interface Owner {
  readonly name: string;
  readonly timeline: Timeline;
}

const partsNamed = 7;
/** A rest below this share of the peak gets no part of its own. */
const smallestRest = 0.01;

/** What a result says about memory over time; a run that has not ended has less of it. */
export type Timed = Pick<Result, 'timeline' | 'tasks' | 'stages' | 'programs'> & {
  readonly run?: Pick<Run, 'durationMs'>;
};

/** Undefined without a timeline. */
export function stackedTimeline({
  timeline,
  tasks = [],
  programs = [],
}: Timed): StackedTimeline | undefined {
  if (!timeline || timeline.atMs.length === 0) return undefined;
  const { atMs, bytes } = timeline;
  const ofTasks = rankedTasks(tasks).flatMap(({ id, timeline }) =>
    timeline ? [{ name: id, timeline }] : [],
  );
  const [owners, what] = ofTasks.length > 0 ? [ofTasks, 'tasks'] : [programs, 'programs'];
  const named = owners
    .slice(0, partsNamed)
    .map((owner) => part(plainText(owner.name), atMs, [owner]));
  const others = owners.slice(partsNamed);
  const parts = [
    ...named,
    ...(others.length > 0 ? [part(`${others.length} other ${what}`, atMs, others)] : []),
  ];
  return { atMs, bytes, parts: withRest(withinTotal(parts, bytes), bytes) };
}

/** The tasks that can be a part, largest first; a task inside another one cannot. */
export function rankedTasks(tasks: readonly Task[]): Task[] {
  return tasks
    .filter(({ parent, timeline }) => parent === undefined && timeline && timeline.atMs.length > 0)
    .sort((one, other) => (other.peak?.bytes ?? 0) - (one.peak?.bytes ?? 0));
}

function part(name: string, atMs: readonly number[], owners: readonly Owner[]): Part {
  const columns = owners.map(({ timeline }) => valuesAt(atMs, timeline));
  const bytes = atMs.map((_, row) => columns.reduce((sum, values) => sum + (values[row] ?? 0), 0));
  return { name, bytes };
}

/** A point is the maximum of an interval, which parts may reach at different times. */
function withinTotal(parts: readonly Part[], total: readonly number[]): Part[] {
  const shares = total.map((bytes, row) => Math.min(1, bytes / Math.max(1, sumAt(parts, row))));
  return parts.map(({ name, bytes }) => ({
    name,
    bytes: bytes.map((value, row) => Math.floor(value * (shares[row] ?? 1))),
  }));
}

function withRest(parts: readonly Part[], total: readonly number[]): Part[] {
  if (parts.length === 0) return [];
  const bytes = total.map((whole, row) => Math.max(0, whole - sumAt(parts, row)));
  const isWorthIt = highest(bytes) > highest(total) * smallestRest;
  return isWorthIt ? [...parts, { name: 'everything else', bytes, isRest: true }] : [...parts];
}

function sumAt(parts: readonly Part[], row: number): number {
  return parts.reduce((sum, { bytes }) => sum + (bytes[row] ?? 0), 0);
}
