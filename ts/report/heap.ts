/** The JavaScript heaps of a run, in one line. */
import { basename } from 'node:path';
import type { Heap, HeapSummary } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { fitted } from './plain-text.js';
import { commandText } from './process-name.js';

const longestName = 50;

/** Of the heap that needs most, since a limit in NODE_OPTIONS applies to all. */
export function heapText(heap: HeapSummary): string {
  const [first] = heap.heaps;
  if (!first) return 'unknown';
  const { usedBytes, limitBytes, lastSeen, neededMegabytes } = first;
  const used =
    lastSeen === 'full'
      ? 'all used up'
      : `${formatBytes(usedBytes)} of ${formatBytes(limitBytes)} allowed`;
  const needed =
    neededMegabytes === undefined
      ? 'it ended before it was looked at'
      : `needs --max-old-space-size=${neededMegabytes}`;
  const others = heap.heapCount - 1;
  return [
    `${used} in ${owner(first)}`,
    needed,
    ...(others > 0 ? [`${others} more need${others === 1 ? 's' : ''} no more`] : []),
    ...(heap.ofPeakBytes === undefined
      ? []
      : [`about ${formatBytes(heap.ofPeakBytes)} of the peak was JavaScript heap`]),
  ].join('; ');
}

function owner({ command, worker }: Heap): string {
  const [program = 'node', ...args] = command;
  const name = commandText({ name: 'node', command: [program, ...args.map(nameOf)] });
  const thread = worker === undefined ? '' : `thread ${worker} of `;
  return thread + fitted(name, longestName);
}

/** A path without its folders. */
function nameOf(word: string): string {
  return word.startsWith('/') ? basename(word) : word;
}
