/** The help, made from the tables of commands and flags. */
import { wrapped } from '../report/plain-text.js';
import type { Command, Commands } from './commands/command.js';
import type { Flag } from './flags/flag.js';
import { help, version } from './flags/general.js';
import { topicNames } from './topics/names.js';
import type { Topic } from './topics/topic.js';
import { terminalColumns } from './write.js';

const mostColumns = 80;
/** The least width of a second column. */
const fewestBeside = 24;

/** The help of one command, or of memtop as a whole without a name. */
export function helpOf(
  command: Command,
  name: string | undefined,
  commands: Commands,
  columns = helpColumns(),
): string {
  const flags = [...command.flags, help, version];
  return [
    wrapped(command.about.replaceAll('\n', ' '), columns).join('\n'),
    usageLines(command, name, columns).join('\n'),
    table(
      flags.map((flag) => [left(flag), right(flag)]),
      columns,
    ),
    ...(name === undefined ? [`commands:\n${commandTable(commands, columns)}`, more(columns)] : []),
    `examples:\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
  ].join('\n\n');
}

/** What can follow the name of a command. */
export function usagesOf({ usage, otherUsage }: Command): string[] {
  return otherUsage === undefined ? [usage] : [usage, otherUsage];
}

function helpColumns(): number {
  return Math.min(mostColumns, terminalColumns(1) ?? mostColumns);
}

function usageLines(command: Command, name: string | undefined, columns: number): string[] {
  const heading = 'usage: ';
  const lines = usagesOf(command).flatMap((usage) =>
    wrapped(['memtop', name, usage].filter(Boolean).join(' '), columns - heading.length),
  );
  return lines.map((line, index) => (index === 0 ? heading : ' '.repeat(heading.length)) + line);
}

function more(columns: number): string {
  const text =
    'memtop help <command> explains a command, memtop help <topic> a topic: ' +
    topicNames.join(', ');
  return wrapped(text, columns).join('\n');
}

function left({ name, short, value }: Flag): string {
  return `${short ? `-${short},` : '   '} --${name}${value ? ` ${value}` : ''}`;
}

function right({ summary, variable }: Flag): string {
  return `${summary}${variable ? ` [${variable}]` : ''}`;
}

function commandTable(commands: Commands, columns: number): string {
  return table(
    Object.entries(commands).map(([name, { summary }]) => [name, summary]),
    columns,
  );
}

/** The text of a topic: paragraphs and tables. */
export function topicHelp({ summary, sections }: Topic, columns = helpColumns()): string {
  return [
    wrapped(summary, columns).join('\n'),
    ...sections.map((section) =>
      typeof section === 'string' ? wrapped(section, columns).join('\n') : table(section, columns),
    ),
  ].join('\n\n');
}

/** Two columns; the second one wraps, and goes below the first where there is little room. */
function table(rows: readonly (readonly [string, string])[], columns: number): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  const isBeside = columns - width - 4 >= fewestBeside;
  const secondAt = isBeside ? width + 4 : 10;
  const lines = rows.flatMap(([first, second]) => {
    const [head = '', ...rest] = wrapped(second, columns - secondAt);
    const indented = rest.map((line) => ' '.repeat(secondAt) + line);
    return isBeside
      ? [`  ${first}`.padEnd(secondAt) + head, ...indented]
      : [`  ${first}`, ' '.repeat(secondAt) + head, ...indented];
  });
  return lines.join('\n');
}
