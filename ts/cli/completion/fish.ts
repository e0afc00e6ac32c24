/** The script for fish. */
import type { Flag } from '../flags/flag.js';
import { choicesOf, type KnownCommand } from '../grammar.js';
import { pathKind, shellQuoted } from './spelling.js';

export function fishCompletion(commands: readonly KnownCommand[]): string {
  return `# memtop completion fish
function __memtop_command
    set -l tokens (commandline -opc)
    if contains -- -- $tokens
        echo //
    else if set -q tokens[2]; and not string match -q -- '-*' $tokens[2]
        echo $tokens[2]
    end
end
function __memtop_in
    set -l command (__memtop_command)
    test "$command" = "$argv[1]"
end
function __memtop_first
    test (count (commandline -opc)) -eq 1
end
function __memtop_behind
    set -l tokens (commandline -opc)
    set -l start (math (contains -i -- -- $tokens) + 1)
    set -l behind
    if test $start -le (count $tokens)
        set behind $tokens[$start..-1]
    end
    complete -C (string join ' ' -- (string escape -- $behind) (commandline -ct))
end
complete -c memtop -f
complete -c memtop -n '__memtop_in //' -a '(__memtop_behind)'
${commands.flatMap(commandLines).join('\n')}`;
}

function commandLines({ name, summary, command, flags }: KnownCommand): string[] {
  const inside = `-n ${shellQuoted(`__memtop_in ${name || '""'}`)}`;
  const words = command.choices ?? [];
  return [
    ...(name === ''
      ? []
      : [`complete -c memtop -n __memtop_first -a ${name} -d ${shellQuoted(summary)}`]),
    ...(words.length > 0
      ? [`complete -c memtop ${inside} -a ${shellQuoted(words.join(' '))}`]
      : []),
    ...flags.map((flag) => `complete -c memtop ${inside} ${flagWords(flag)}`),
  ];
}

function flagWords(flag: Flag): string {
  const { name, short, summary } = flag;
  return [
    `-l ${name}`,
    ...(short ? [`-s ${short}`] : []),
    ...valueWords(flag),
    `-d ${shellQuoted(summary)}`,
  ].join(' ');
}

function valueWords(flag: Flag): string[] {
  if (flag.value === undefined) return [];
  const kind = pathKind(flag);
  if (kind) return kind === 'file' ? ['-r -F'] : ["-x -a '(__fish_complete_directories)'"];
  const choices = choicesOf(flag);
  return choices.length > 0 ? [`-x -a ${shellQuoted(choices.join(' '))}`] : ['-x'];
}
