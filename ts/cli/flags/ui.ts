import { UsageError } from '../usage-error.js';
import type { Valued } from './flag.js';

const uiUses = ['auto', 'inline', 'full', 'off'] as const;
export type UiUse = (typeof uiUses)[number];

export const ui: Valued<UiUse> = {
  name: 'ui',
  value: uiUses.join('|'),
  variable: 'MEMTOP_UI',
  summary: 'what is shown while it runs: lines below the output, the whole terminal, nothing',
  read(text) {
    const use = uiUses.find((use) => use === text);
    if (use === undefined) throw new UsageError(`must be one of ${uiUses.join(', ')}`);
    return use;
  },
};
