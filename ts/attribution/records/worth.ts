/** Whether a run may have had a task runner that writes down what it did. Every run asks this. */
import { resolve } from 'node:path';
import type { Result, Run } from '../../result/types.js';
import { has, upwards } from './folders.js';

const sources: readonly string[] = ['nx', 'lerna', 'turbo'];
const isNamed = /(?:^|[\s/;&|("'])(?:nx|lerna|turbo)(?:[\s@;&|)"']|$)/;
const files = ['nx.json', 'lerna.json', 'turbo.json'];

export interface Ran extends Pick<Result, 'exit' | 'tasks'> {
  readonly run: Pick<Run, 'command' | 'cwd'>;
}

/** Where a cache had everything there is no task to be seen, so that the workspace counts as well. */
export function mayHaveRecords({ run, exit, tasks = [] }: Ran): boolean {
  if (exit.cause === 'not-started' || run.cwd === undefined) return false;
  return (
    tasks.some(({ source }) => sources.includes(source)) ||
    isNamed.test(run.command.join(' ')) ||
    upwards(resolve(run.cwd)).some((folder) => has(folder, files))
  );
}
