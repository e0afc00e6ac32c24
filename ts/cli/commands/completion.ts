/** `memtop completion <shell>`: prints a completion script. */
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { zshCompletion } from '../completion/zsh.js';
import { type KnownCommand, knownCommands } from '../grammar.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { UsageError } from '../usage-error.js';
import { print } from '../write.js';
import type { Command, Commands } from './command.js';

const shells: Readonly<Record<string, (commands: readonly KnownCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
const names = Object.keys(shells);

export function completionOf(commands: Commands): Command {
  return {
    usage: names.join('|'),
    about:
      'Prints a completion script for commands, flags and their values, and for the\n' +
      'command after --. bash: in ~/.bashrc; zsh: as _memtop in a folder of $fpath;\n' +
      'fish: as memtop.fish in ~/.config/fish/completions.',
    flags: [],
    examples: [
      'source <(memtop completion bash)',
      'memtop completion zsh > ~/.zfunc/_memtop',
      'memtop completion fish > ~/.config/fish/completions/memtop.fish',
    ],
    choices: names,
    async run(raw) {
      const script = shells[shellIn(raw)] as (typeof shells)[string];
      print([script(await knownCommands(commands))]);
      return 0;
    },
  };
}

function shellIn({ positionals, command = [] }: RawArguments): string {
  const [name, second] = [...positionals, ...command];
  if (name !== undefined && second === undefined && names.includes(name)) return name;
  const given = second ?? name;
  const found = given === undefined ? '' : `, not ${quoted(given)}`;
  throw new UsageError(`completion takes one of ${names.join(', ')}${found}`);
}
