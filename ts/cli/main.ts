#!/usr/bin/env node
/** The command line: parse, check, hand over. */
import { packageVersion } from '../package.js';
import { exec } from './commands/exec.js';
import { exitCodes } from './exit-code.js';
import { flags } from './flags/index.js';
import { execOptions } from './options.js';
import { parse, type RawArguments } from './parse.js';
import { UsageError } from './usage-error.js';
import { say, writeAll } from './write.js';

async function main(): Promise<number> {
  const raw = parse(process.argv.slice(2), flags);
  if (raw.values.has('help')) {
    writeAll(1, `${(await import('./help.js')).helpText()}\n`);
    return 0;
  }
  if (raw.values.has('version')) {
    writeAll(1, `${packageVersion}\n`);
    return 0;
  }
  return exec(commandOf(raw), execOptions(raw, process.env));
}

function commandOf({ words, command }: RawArguments): readonly string[] {
  const [first, ...others] = words;
  const isNamed = first === 'exec' && others.length === 0;
  if (first !== undefined && !isNamed) {
    throw new UsageError(
      `what to do with ${JSON.stringify(words.join(' '))}? The command goes after --, as in: ` +
        `memtop -- ${[...words, ...(command ?? [])].join(' ')}`,
    );
  }
  if (command === undefined || command.length === 0) {
    throw new UsageError('no command given; it goes after --, as in: memtop -- npm run build');
  }
  return command;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`memtop: ${error.message}`);
  process.exitCode = exitCodes.usage;
}
