import type { Switch } from './flag.js';

/** For commands whose only output is what was asked for. */
export const jsonSwitch: Switch = { name: 'json', summary: 'print JSON, for programs' };
