import type { Switch } from './flag.js';

export const help: Switch = { name: 'help', short: 'h', summary: 'show this help' };
