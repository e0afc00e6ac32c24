import type { Switch } from './flag.js';

export const version: Switch = { name: 'version', short: 'V', summary: 'show the version' };
