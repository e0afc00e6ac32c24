/** The help, made from the table of flags. */
import { flags } from './flags/index.js';

export function helpText(): string {
  const left = flags.map(({ name, short, value }) =>
    [short ? `-${short},` : '   ', `--${name}${value ? ` ${value}` : ''}`].join(' '),
  );
  const width = Math.max(...left.map(({ length }) => length));
  const options = flags.map(({ summary, variable }, index) => {
    const from = variable ? ` [${variable}]` : '';
    return `  ${left[index]?.padEnd(width)}  ${summary}${from}`;
  });
  return `memtop measures how much memory a command and everything it starts really needs.

usage: memtop [options] -- <command> [arguments...]

${options.join('\n')}

The command keeps its streams, its signals and its exit code; the summary goes to standard error.

examples:
  memtop -- npm run build
  memtop --quiet --json peak.json -- make -j4`;
}
