/** The flags that the config has keys for. */
import { benchFlags } from '../flags/benching.js';
import type { Flag } from '../flags/flag.js';
import { schedulingFlags } from '../flags/running.js';
import { commandFlags } from '../flags/tables.js';

export const configurableFlags: readonly Flag[] = [
  ...Object.values(commandFlags),
  ...Object.values(benchFlags),
  ...Object.values(schedulingFlags),
].filter((flag: Flag) => flag.isFlagOnly !== true);
