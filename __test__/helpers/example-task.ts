/** The task of a build, for tests of reports. */
import type { Peak, Task } from '../../ts/result/types.js';
import { MB } from './example-result.js';

/** One that has ended well, with a peak if it is to have one. */
export function exampleTask(id: string, megabytes?: number, rest: Partial<Task> = {}): Task {
  return {
    id,
    source: 'nx',
    status: 'ended',
    exit: { code: 0, signal: null, cause: 'exit' },
    durationMs: 2500,
    processCount: 3,
    ...(megabytes !== undefined && { peak: peak(megabytes * MB) }),
    ...rest,
  };
}

function peak(bytes: number): Peak {
  return {
    bytes,
    metric: 'unique',
    method: 'scanned',
    atMs: 1,
    rssBytes: bytes,
    highestRssBytes: bytes,
    lowerBytes: bytes,
    processCount: 1,
    processes: [],
    rollup: [],
  };
}
