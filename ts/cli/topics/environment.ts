import type { Flag } from '../flags/flag.js';
import type { Topic } from './topic.js';

/** Made from the flags, which name their variables. */
export function environmentTopic(flags: readonly Flag[]): Topic {
  const rows = flags.flatMap(({ name, variable }): [string, string][] =>
    variable === undefined ? [] : [[variable, `as --${name}`]],
  );
  return {
    summary: 'the variables that memtop reads',
    sections: [
      'A flag takes precedence over its variable, and a variable over the config.',
      rows,
      [
        ['MEMTOP_CONFIG', 'the config, whatever its owner; off for none; default: the nearest one'],
        ['MEMTOP_TASK', 'the task of a process and all its descendants'],
        ['NO_COLOR', 'no colours'],
        ['FORCE_COLOR', '1 for colours anywhere, 0 for none; takes precedence over NO_COLOR'],
        ['TERM', 'dumb for no colours'],
        ['LC_ALL, LC_CTYPE, LANG', 'ASCII output unless they name UTF-8'],
        ['CI', 'any value but 0 or false: shows nothing during a run unless --ui asks for it'],
        ['GITHUB_ACTIONS', "true: adds to the job's summary, and annotates"],
        ['GITHUB_STEP_SUMMARY', "the file of the job's summary"],
        ['XDG_DATA_HOME', 'the folder of memtop/runs.db, the store; default: ~/.local/share'],
        ['XDG_CACHE_HOME', 'the folder of memtop/, with the script that --heap loads into Node'],
        ['NX_LOG_HEAP_USAGE', 'true: the plugin for Nx measures, as with MEMTOP_LOG_HEAP_USAGE'],
      ],
    ],
  };
}
