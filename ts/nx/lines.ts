/** What is shown at the end of a run of Nx. */
import { formatBytes } from '../report/bytes.js';
import type { Look } from '../report/look.js';
import { plainText } from '../report/plain-text.js';
import { taskLine } from '../report/task-line.js';
import type { Result } from '../result/types.js';

/** What Nx itself needs for every run; the result has it. */
const ownServices = ['nx daemon', 'nx plugin worker'];

/** A line a task, and what they took all at once. */
export function lines({ tasks = [], peak, warnings }: Result, look: Look): string[] {
  return [
    ...tasks.filter(({ id }) => !ownServices.includes(id)).map((task) => taskLine(task, look)),
    ...(peak ? [`memtop: peak ${formatBytes(peak.bytes)} at once, with Nx itself`] : []),
    ...warnings.map(({ message }) => `memtop: warning: ${plainText(message)}`),
  ];
}
