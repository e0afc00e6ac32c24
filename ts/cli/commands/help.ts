/** `memtop help [topic]`: explains a command, or what several have in common. */
import { helpOf, topicHelp } from '../help.js';
import { nearest } from '../nearest.js';
import type { RawArguments } from '../parse.js';
import { quoted } from '../quoted.js';
import { topics } from '../topics/index.js';
import { topicNames } from '../topics/names.js';
import { UsageError } from '../usage-error.js';
import { print } from '../write.js';
import type { Command } from './command.js';
import { exec } from './exec.js';
import { commands } from './index.js';

const names = [...Object.keys(commands), ...topicNames];

export const help: Command = {
  usage: '[command or topic]',
  about: `Explains a command, or one of the topics ${topicNames.join(', ')}.`,
  flags: [],
  examples: ['memtop help run', 'memtop help metrics'],
  words: names,
  async run(raw) {
    print([await textOf(nameIn(raw))]);
    return 0;
  },
};

async function textOf(name: string | undefined): Promise<string> {
  if (name === undefined) return helpOf(exec, undefined);
  const topic = topicNames.find((one) => one === name);
  if (topic) return topicHelp(topics[topic]);
  const listed = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (listed) return helpOf(await listed.load(), name);
  const meant = nearest(name, names);
  const advice = meant ? `did you mean ${meant}?` : `there is help on ${names.join(', ')}`;
  throw new UsageError(`there is no help on ${quoted(name)}; ${advice}`);
}

function nameIn({ words, command = [] }: RawArguments): string | undefined {
  const [name, second] = [...words, ...command];
  if (second === undefined) return name;
  throw new UsageError(`help takes one command or topic, and ${quoted(second)} is a second`);
}
