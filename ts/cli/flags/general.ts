/** Flags of every command. */
import type { Switch } from './flag.js';

export const help: Switch = { name: 'help', short: 'h', summary: 'show this help' };

export const version: Switch = { name: 'version', short: 'V', summary: 'show the version' };
