/** Who was still there when the command had ended, in a line. */
import type { Survivor } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { plainText } from './plain-text.js';
import { programName } from './process-name.js';

const namesShown = 3;

/** The largest first; those without a figure last. */
export function survivorsText(survivors: readonly Survivor[]): string {
  const ordered = [...survivors].sort(
    (one, other) => (sizeOf(other) ?? -1) - (sizeOf(one) ?? -1) || one.pid - other.pid,
  );
  const shown = ordered.slice(0, namesShown).map(survivorText);
  const more = ordered.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function survivorText(survivor: Survivor): string {
  const { pid, name, command } = survivor;
  const size = sizeOf(survivor);
  const memory = size === undefined ? '' : ` ${formatBytes(size)}`;
  return `${plainText(programName({ name, command }))}${memory} (process ${pid})`;
}

/** In the metric of the peak; results of the schema before have resident memory alone. */
function sizeOf({ bytes, rssBytes }: Survivor): number | undefined {
  return bytes ?? rssBytes;
}
