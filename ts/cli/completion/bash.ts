/** The script for bash. It uses bash-completion where it is installed, and works without. */
import { choicesOf, type KnownCommand } from '../grammar.js';
import { pathKind, spellings } from './spelling.js';

export function bashCompletion(commands: readonly KnownCommand[]): string {
  const names = commands.flatMap(({ name }) => (name === '' ? [] : [name]));
  return `# memtop completion bash
_memtop() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' index flags='' words='' values='' paths=''
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} == -- ]]; then
      _memtop_behind "$((index + 1))"
      return
    fi
    if ((index == 1)) && [[ \${COMP_WORDS[1]} != -* ]]; then command=\${COMP_WORDS[1]}; fi
  done
  # bash takes --flag=value for three words.
  if [[ $current == = ]]; then
    current=''
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $command in
${commands.map(commandCase).join('\n')}
  esac
  if [[ -n $paths ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$paths" -- "$current")
  elif [[ -n $values ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags --" -- "$current")
  elif ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '${names.join(' ')}' -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
_memtop_behind() {
  if declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif ((COMP_CWORD == $1)); then
    mapfile -t COMPREPLY < <(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _memtop memtop`;
}

function commandCase({ name, command, flags }: KnownCommand): string {
  const words = command.choices ?? [];
  const values = flags.flatMap((flag) => {
    const pattern = spellings(flag).join(' | ');
    if (flag.value === undefined) return [];
    const kind = pathKind(flag);
    if (kind) return [`        ${pattern}) paths=${kind === 'file' ? '-f' : '-d'} ;;`];
    // A value without known choices has no completions.
    return [`        ${pattern}) values='${choicesOf(flag).join(' ') || ' '}' ;;`];
  });
  const spelled = flags.flatMap(spellings).join(' ');
  return [
    `    ${name === '' ? "''" : name})`,
    `      flags='${spelled}'`,
    ...(words.length > 0 ? [`      words='${words.join(' ')}'`] : []),
    ...(values.length > 0 ? ['      case $before in', ...values, '      esac'] : []),
    '      ;;',
  ].join('\n');
}
