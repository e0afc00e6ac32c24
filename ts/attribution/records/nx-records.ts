/** What Nx, and Lerna through it, have recorded of the tasks that they ran. */
import { readJson } from './json.js';
import { nxFile } from './nx-file.js';
import { nxRoot } from './nx-root.js';
import { isOfLerna, nxTasks } from './nx-run.js';
import type { RecordedTask, RecordQuery } from './record.js';

export async function nxRecords(query: RecordQuery): Promise<RecordedTask[]> {
  const { folder, environment, span, tasks } = query;
  const root = nxRoot(folder, environment);
  const file = await nxFile(root, environment, span);
  if (file === undefined) return [];
  const content = readJson(file);
  const isLerna = isOfLerna(content) || tasks.some(({ source }) => source === 'lerna');
  return nxTasks(content, span, isLerna ? 'lerna' : 'nx');
}
