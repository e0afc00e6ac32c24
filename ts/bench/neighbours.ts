/** Who else works in the folder of the project, such as a watcher that somebody has left running. */
import type { ProcessRecord } from '../inspect/process.js';
import { formatBytes } from '../report/bytes.js';
import { plainText } from '../report/plain-text.js';
import { programName } from '../report/process-name.js';

/** What this needs of the inspector. */
export interface FindsByFolder {
  findByCwd(folder: string): Promise<ProcessRecord[]>;
}

/** Less than that disturbs nobody; shells and editors have it. */
const worthSayingBytes = 100 * 1024 * 1024;
const namesShown = 3;

/** Nothing where nobody large is there, or where that cannot be seen. */
export async function neighboursText(
  inspector: FindsByFolder,
  folder: string,
): Promise<string | undefined> {
  const large = (await inspector.findByCwd(folder))
    .filter(({ pid, rssBytes }) => pid !== process.pid && rssBytes >= worthSayingBytes)
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
