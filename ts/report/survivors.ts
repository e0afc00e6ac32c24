/** Who was still there when the command had ended, in a line. */
import type { Result } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { plainText } from './plain-text.js';
import { programName } from './process-name.js';

type Survivor = NonNullable<Result['survivors']>[number];

const namesShown = 3;

/** The largest first; those without a figure last. */
export function survivorsText(survivors: readonly Survivor[]): string {
  const ordered = [...survivors].sort(
    (one, other) => (other.rssBytes ?? -1) - (one.rssBytes ?? -1) || one.pid - other.pid,
  );
  const shown = ordered.slice(0, namesShown).map(survivorText);
  const more = ordered.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function survivorText({ pid, name, command, rssBytes }: Survivor): string {
  const memory = rssBytes === undefined ? '' : ` ${formatBytes(rssBytes)}`;
  return `${plainText(programName({ name, command }))}${memory} (process ${pid})`;
}
