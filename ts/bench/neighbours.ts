/** Other processes in the folder of the project, such as a watcher that is still running. */
import type { ProcessRecord } from '../inspect/process.js';
import { formatBytes } from '../report/bytes.js';
import { plainText } from '../report/plain-text.js';
import { programName } from '../report/process-name.js';

/** The part of the inspector that this needs. */
export interface FindsByFolder {
  findByCwd(folder: string): Promise<ProcessRecord[]>;
}

/** Smaller processes, such as shells and editors, do not affect a build. */
const reportedBytes = 100 * 1024 * 1024;
const namesShown = 3;

/** Undefined where there is no large process. */
export async function neighboursText(
  inspector: FindsByFolder,
  folder: string,
): Promise<string | undefined> {
  const large = (await inspector.findByCwd(folder))
    .filter(({ pid, rssBytes }) => pid !== process.pid && rssBytes >= reportedBytes)
    .sort((one, other) => other.rssBytes - one.rssBytes);
  if (large.length === 0) return undefined;
  const shown = large
    .slice(0, namesShown)
    .map(
      ({ pid, name, command, rssBytes }) =>
        `${plainText(programName({ name, command }))} (${pid}) ${formatBytes(rssBytes)}`,
    );
  const more = large.length > namesShown ? ` and ${large.length - namesShown} more` : '';
  return (
    `already running in this folder: ${shown.join(', ')}${more}; not counted, but may affect ` +
    'the command'
  );
}
