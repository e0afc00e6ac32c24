/** The man page, made from the tables of commands, flags and topics. */
import type { Flag } from './flags/flag.js';
import type { KnownCommand } from './grammar.js';
import { usagesOf } from './help.js';
import type { Topic } from './topics/topic.js';

/** In roff, with the `man` macros. */
export function manPage(
  commands: readonly KnownCommand[],
  topics: readonly (readonly [string, Topic])[],
): string {
  return [
    '.\\" Generated from the tables of commands and flags by `npm run generate`.',
    '.TH MEMTOP 1',
    '.SH NAME',
    text('memtop - how much memory a command and everything it starts really needs'),
    '.SH SYNOPSIS',
    ...commands.flatMap(({ name, command }) =>
      usagesOf(command).flatMap((usage) => [
        `.B ${text(['memtop', name].filter(Boolean).join(' '))}`,
        ...(usage === '' ? [] : [text(usage)]),
        '.br',
      ]),
    ),
    ...commands
      .filter(({ name }) => name !== 'exec')
      .flatMap(({ name, command, flags }) => [
        `.SH ${text(name === '' ? 'DESCRIPTION' : `MEMTOP ${name.toUpperCase()}`)}`,
        text(command.about),
        ...(name === '' ? flags : command.flags).flatMap(flagLines),
        '.PP',
        'Examples:',
        ...command.examples.flatMap((example) => [
          '.PP',
          '.RS',
          '.nf',
          text(example),
          '.fi',
          '.RE',
        ]),
      ]),
    ...topics.flatMap(([name, topic]) => topicLines(name, topic)),
    '',
  ].join('\n');
}

function flagLines({ name, short, value, summary, variable }: Flag): string[] {
  const spelled = [...(short ? [`\\fB\\-${short}\\fR`] : []), `\\fB${text(`--${name}`)}\\fR`];
  return [
    '.TP',
    `${spelled.join(', ')}${value === undefined ? '' : ` \\fI${text(value)}\\fR`}`,
    text(variable === undefined ? summary : `${summary} [${variable}]`),
  ];
}

function topicLines(name: string, { summary, sections }: Topic): string[] {
  return [
    `.SH ${text(name.replaceAll('-', ' ').toUpperCase())}`,
    text(summary),
    ...sections.flatMap((section) =>
      typeof section === 'string'
        ? ['.PP', text(section)]
        : section.flatMap(([left, right]) => ['.TP', `\\fB${text(left)}\\fR`, text(right)]),
    ),
  ];
}

/** Escapes what roff would interpret. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&');
}
