/** Makes the Node processes of a run report their heaps. */
import { messageOf } from '../errors.js';
import type { Result } from '../result/types.js';
import { withHeaps } from './collect.js';
import { withRequired } from './node-options.js';
import { preloadFile } from './preload-file.js';
import { createReportFolder, removeReportFolder } from './report-folder.js';

export interface HeapWatch {
  /** The variables that the command must have in its environment. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Adds what was reported to the result. Called once, at the end; the pids are those of the tasks
   * of the result, in the same order.
   */
  addTo(result: Result, pidsOfTasks: readonly (readonly number[])[]): Promise<Result>;
  /** Ends the watch without a result. */
  close(): void;
}

/** Never throws: a failure is a warning of the result. */
export function watchHeaps(nodeOptions: string | undefined): HeapWatch {
  let folder: string | undefined;
  const close = () => {
    if (folder !== undefined) removeReportFolder(folder);
  };
  try {
    const file = preloadFile();
    const options = withRequired(nodeOptions, file);
    if (options === undefined) return without('a quote in NODE_OPTIONS is not closed');
    const reports = createReportFolder();
    folder = reports;
    return {
      variables: { NODE_OPTIONS: options, MEMTOP_HEAP_DIR: folder },
      async addTo(result, pidsOfTasks) {
        try {
          return withHeaps(result, reports, pidsOfTasks);
        } catch (error) {
          return warned(result, messageOf(error));
        } finally {
          close();
        }
      },
      close,
    };
  } catch (error) {
    close();
    return without(messageOf(error));
  }
}

function without(reason: string): HeapWatch {
  return { variables: {}, addTo: async (result) => warned(result, reason), close: () => {} };
}

function warned(result: Result, reason: string): Result {
  const warning = { code: 'heap', message: `no heap was looked at: ${reason}` };
  return { ...result, warnings: [...result.warnings, warning] };
}
