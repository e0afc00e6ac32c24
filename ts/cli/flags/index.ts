/** Every flag. Help, parsing and checking read this table. */
import type { Flag } from './flag.js';
import { help } from './help.js';
import { interval } from './interval.js';
import { json } from './json.js';
import { label } from './label.js';
import { quiet } from './quiet.js';
import { version } from './version.js';

export const flags: readonly Flag[] = [interval, label, json, quiet, help, version];
