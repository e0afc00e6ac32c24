/** `memtop help [command or topic]`: explains a command or a topic. */
import { helpOf, topicHelp } from '../help.js';
import { nearest } from '../nearest.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { topics } from '../topics/index.js';
import { topicNames } from '../topics/names.js';
import { UsageError } from '../usage-error.js';
import { print } from '../write.js';
import type { Command, Commands } from './command.js';
import { exec } from './exec.js';

export function helpAbout(commands: Commands): Command {
  return {
    usage: '[command or topic]',
    about: `Explains a command, or one of the topics ${topicNames.join(', ')}.`,
    flags: [],
    examples: ['memtop help run', 'memtop help metrics'],
    choices: namesIn(commands),
    async run(raw) {
      print([await textOf(nameIn(raw), commands)]);
      return 0;
    },
  };
}

function namesIn(commands: Commands): string[] {
  return [...Object.keys(commands), ...topicNames];
}

async function textOf(name: string | undefined, commands: Commands): Promise<string> {
  if (name === undefined) return helpOf(exec, undefined, commands);
  const topic = topicNames.find((one) => one === name);
  if (topic) return topicHelp(topics[topic]);
  const listed = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (listed) return helpOf(await listed.load(), name, commands);
  const names = namesIn(commands);
  const meant = nearest(name, names);
  const advice = meant ? `did you mean ${meant}?` : `there is help on ${names.join(', ')}`;
  throw new UsageError(`there is no help on ${quoted(name)}; ${advice}`);
}

function nameIn({ positionals, command = [] }: RawArguments): string | undefined {
  const [name, second] = [...positionals, ...command];
  if (second === undefined) return name;
  throw new UsageError(`help takes one command or topic, and ${quoted(second)} is a second one`);
}
