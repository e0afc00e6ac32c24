import { parseDuration } from '../duration.js';
import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

/** Milliseconds since the epoch. */
export const since: Valued<number> = {
  name: 'since',
  value: 'WHEN',
  summary: 'only runs that were started since then: 12h, 30d, 2w ago, or a date such as 2026-11-20',
  read(text) {
    const ago = parseDuration(text);
    const at = ago === undefined ? dateOf(text) : Date.now() - ago;
    if (Number.isNaN(at)) {
      throw new UsageError('must be a time such as 12h, 30d or 2w, or a date such as 2026-11-20');
    }
    return at;
  },
};

/** A date alone is that day here. */
function dateOf(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(text)) return Number.NaN;
  return new Date(text.includes('T') ? text : `${text}T00:00:00`).getTime();
}
