/** Reads what task runners have recorded of the tasks that they ran. */
import { realpathSync } from 'node:fs';
import type { Task } from '../../result/types.js';
import { readJson } from './json.js';
import { nxFile } from './nx-file.js';
import { nxRoot } from './nx-root.js';
import { isOfLerna, nxTasks } from './nx-run.js';
import type { Environment, RecordedTask, Span } from './record.js';
import { turboRuns } from './turbo-files.js';
import { turboTasks } from './turbo-run.js';

/** Records of what ran in a folder from `startMs` until now; `tasks` are those that were seen. */
export async function recordsSince(
  startMs: number,
  cwd: string,
  environment: Environment,
  tasks: Task[] | undefined,
): Promise<RecordedTask[]> {
  const folder = realpathSync(cwd);
  // Not `startMs` plus the duration, which counts from the real start, later on a busy machine.
  const span = { startMs, endMs: Date.now() };
  const ofNx = await nxRecords(folder, environment, span, tasks);
  return [...ofNx, ...turboRecords(folder, span)];
}

async function nxRecords(
  folder: string,
  environment: Environment,
  span: Span,
  tasks: Task[] | undefined = [],
): Promise<RecordedTask[]> {
  const root = nxRoot(folder, environment);
  const file = await nxFile(root, environment, span);
  if (file === undefined) return [];
  const content = readJson(file);
  const isLerna = isOfLerna(content) || tasks.some(({ source }) => source === 'lerna');
  return nxTasks(content, span, isLerna ? 'lerna' : 'nx');
}

function turboRecords(folder: string, span: Span): RecordedTask[] {
  const { files, rootName } = turboRuns(folder, span);
  return files.flatMap((file) => turboTasks(readJson(file), span, rootName));
}
