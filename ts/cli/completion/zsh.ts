/** The script for zsh, with its `_arguments`. */
import type { Flag } from '../flags/flag.js';
import { choicesOf, type KnownCommand } from '../grammar.js';
import { pathKind, shellQuoted, spellings } from './spelling.js';

export function zshCompletion(commands: readonly KnownCommand[]): string {
  const named = commands.filter(({ name }) => name !== '');
  return `#compdef memtop
# memtop completion zsh
_memtop() {
  local behind=\${words[(i)--]}
  if ((behind < CURRENT)); then
    shift $behind words
    ((CURRENT -= behind))
    _normal
    return
  fi
  local -a names
  names=(
${named.map(({ name, summary }) => `    ${shellQuoted(`${name}:${summary}`)}`).join('\n')}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe command names
    return
  fi
  local name=''
  if [[ $words[2] != -* ]]; then
    name=$words[2]
    shift words
    ((CURRENT -= 1))
  fi
  case $name in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _memtop ]]; then
  _memtop "$@"
else
  compdef _memtop memtop
fi`;
}

function commandCase({ name, command, flags }: KnownCommand): string {
  const words = command.choices ? [shellQuoted(`1:name:(${command.choices.join(' ')})`)] : [];
  const specs = [...flags.flatMap(flagSpecs), ...words];
  return [
    `    ${name === '' ? "''" : name})`,
    `      _arguments ${specs.join(' \\\n        ')}`,
    '      ;;',
  ].join('\n');
}

function flagSpecs(flag: Flag): string[] {
  const about = flag.summary.replaceAll(/[[\]\\]/g, '\\$&');
  return spellings(flag).map((spelled) => {
    const takesMore = flag.value !== undefined && spelled.startsWith('--') ? '=' : '';
    return shellQuoted(`${spelled}${takesMore}[${about}]${valueSpec(flag)}`);
  });
}

function valueSpec(flag: Flag): string {
  if (flag.value === undefined) return '';
  const choices = choicesOf(flag);
  if (choices.length > 0) return `:value:(${choices.join(' ')})`;
  const kind = pathKind(flag);
  if (kind) return kind === 'file' ? ':file:_files' : ':folder:_files -/';
  return `:${flag.value.replaceAll(':', '')}: `;
}
