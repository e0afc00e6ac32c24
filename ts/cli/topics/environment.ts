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
      'A flag comes before its variable, and that before the config.',
      rows,
      [
        ['MEMTOP_TASK', 'names the task that a process and all below it belong to'],
        ['NO_COLOR', 'no colours'],
        ['FORCE_COLOR', '1 for colours anywhere, 0 for none; comes before NO_COLOR'],
        ['TERM', 'dumb for no colours'],
        ['LC_ALL, LC_CTYPE, LANG', 'nothing but ASCII is shown where they are not UTF-8'],
        ['GITHUB_ACTIONS', 'true: adds to the summary of the job, and annotates'],
      ],
    ],
  };
}
