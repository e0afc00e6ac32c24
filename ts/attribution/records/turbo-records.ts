/** What Turborepo has recorded of the tasks that it ran. */
import { readJson } from './json.js';
import type { RecordedTask, RecordQuery } from './record.js';
import { turboRuns } from './turbo-files.js';
import { turboTasks } from './turbo-run.js';

export async function turboRecords({ folder, span }: RecordQuery): Promise<RecordedTask[]> {
  const { files, rootName } = turboRuns(folder, span);
  return files.flatMap((file) => turboTasks(readJson(file), span, rootName));
}
