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
        ['MEMTOP_TASK', 'the task of a process and all its descendants'],
        ['NO_COLOR', 'no colours'],
        ['FORCE_COLOR', '1 for colours anywhere, 0 for none; takes precedence over NO_COLOR'],
        ['TERM', 'dumb for no colours'],
        ['LC_ALL, LC_CTYPE, LANG', 'ASCII output unless they name UTF-8'],
        ['GITHUB_ACTIONS', "true: adds to the job's summary, and annotates"],
      ],
    ],
  };
}
