/** The help, made from the tables of commands and flags. */
import { wrapped } from '../report/plain-text.js';
import type { Command, Commands } from './commands/command.js';
import type { Flag } from './flags/flag.js';
import { help, version } from './flags/general.js';
import { topicNames } from './topics/names.js';
import type { Topic } from './topics/topic.js';

const columns = 80;

/** The help of one command, or of memtop as a whole without a name. */
export function helpOf(command: Command, name: string | undefined, commands: Commands): string {
  return [
    wrapped(command.about.replaceAll('\n', ' '), columns).join('\n'),
    `usage: memtop ${[name, command.usage].filter(Boolean).join(' ')}`,
    table([...command.flags, help, version].map((flag) => [left(flag), right(flag)])),
    ...(name === undefined ? [`commands:\n${commandTable(commands)}`, more()] : []),
    `examples:\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
  ].join('\n\n');
}

function more(): string {
  const text = `memtop help <command> explains a command, memtop help <topic> a topic: ${topicNames.join(', ')}`;
  return wrapped(text, columns).join('\n');
}

function left({ name, short, value }: Flag): string {
  return `${short ? `-${short},` : '   '} --${name}${value ? ` ${value}` : ''}`;
}

function right({ summary, variable }: Flag): string {
  return `${summary}${variable ? ` [${variable}]` : ''}`;
}

function commandTable(commands: Commands): string {
  return table(Object.entries(commands).map(([name, { summary }]) => [name, summary]));
}

/** The text of a topic: paragraphs and tables. */
export function topicHelp({ summary, sections }: Topic): string {
  return [
    summary,
    ...sections.map((section) =>
      typeof section === 'string' ? wrapped(section, columns).join('\n') : table(section),
    ),
  ].join('\n\n');
}

/** Two columns; the second one wraps. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  const lines = rows.flatMap(([first, second]) =>
    wrapped(second, columns - width - 4).map(
      (line, index) => `  ${(index === 0 ? first : '').padEnd(width)}  ${line}`,
    ),
  );
  return lines.join('\n');
}
