/** The lines that are shown at the end of a run of Nx. */
import { formatBytes } from '../report/bytes.js';
import type { Look } from '../report/look.js';
import { plainText } from '../report/plain-text.js';
import { taskLine } from '../report/task-line.js';
import type { Result } from '../result/types.js';

/** What Nx itself needs for every run. These are in the result, but not shown. */
const ownServices = ['nx daemon', 'nx plugin worker'];

/** A line for each task, and one for the peak of all. */
export function lines({ tasks = [], peak, warnings }: Result, look: Look): string[] {
  return [
    ...tasks.filter(({ id }) => !ownServices.includes(id)).map((task) => taskLine(task, look)),
    ...(peak ? [`memtop: peak ${formatBytes(peak.bytes)} at once, with Nx itself`] : []),
    ...warnings.map(({ message }) => `memtop: warning: ${plainText(message)}`),
  ];
}
