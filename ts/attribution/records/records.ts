/** What task runners have recorded of a run that has just ended. */
import { resolve } from 'node:path';
import type { Result, Run } from '../../result/types.js';
import { has, upwards } from './folders.js';
import { recordsSince } from './read.js';
import type { Environment, RecordedTask } from './record.js';
import { recorders } from './recorders.js';

const sources = recorders.flatMap((recorder) => recorder.sources);
const isNamed = new RegExp(`(?:^|[\\s/;&|("'])(?:${sources.join('|')})(?:[\\s@;&|)"']|$)`);
const files = recorders.flatMap((recorder) => recorder.files);

export interface EndedRun extends Pick<Result, 'exit' | 'tasks'> {
  readonly run: Pick<Run, 'command' | 'cwd'>;
}

/** `startMs` is when the run began, in milliseconds since 1970. */
export async function recordsOf(
  ended: EndedRun,
  startMs: number,
  environment: Environment,
): Promise<readonly RecordedTask[]> {
  if (!mayHaveRecords(ended)) return [];
  try {
    return await recordsSince(startMs, ended.run.cwd ?? '.', environment, ended.tasks);
  } catch {
    // The files may hold anything, and the result is complete without them.
    return [];
  }
}

/**
 * Whether there may be records. Every run asks this. Where a cache had everything no task is seen,
 * so a workspace of a runner is enough.
 */
export function mayHaveRecords({ run, exit, tasks = [] }: EndedRun): boolean {
  if (exit.cause === 'not-started' || run.cwd === undefined) return false;
  return (
    tasks.some(({ source }) => sources.includes(source)) ||
    isNamed.test(run.command.join(' ')) ||
    upwards(resolve(run.cwd)).some((folder) => has(folder, files))
  );
}
