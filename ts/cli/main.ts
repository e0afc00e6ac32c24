#!/usr/bin/env node
/** The command line: find the command, parse its arguments, run it. */
import { messageOf } from '../errors.js';
import { loadedAddon } from '../native/load.js';
import { packageVersion } from '../package.js';
import type { Command } from './commands/command.js';
import { commands } from './commands/index.js';
import { NoCurrentFolder } from './current-folder.js';
import { exitCodes } from './exit-code.js';
import { help, version } from './flags/general.js';
import { helpOf } from './help.js';
import { nearest } from './nearest.js';
import { isSet } from './options.js';
import { parse } from './parse.js';
import { quoted } from './quoted.js';
import { UsageError } from './usage-error.js';
import { print, say } from './write.js';

/** SIGUSR1 ends memtop, as by default, until there is a command to forward it to. */
function disableDebugSignal(): void {
  const none = () => {};
  process.on('SIGUSR1', none);
  // Without listeners Node restores the default action rather than its own handler.
  process.off('SIGUSR1', none);
}

async function main(argv: readonly string[]): Promise<number> {
  const { name, rest } = split(argv);
  const command = await named(name ?? 'exec', rest);
  const raw = parse(rest, [...command.flags, help, version]);
  if (isSet(help, raw)) {
    print([helpOf(command, name, commands)]);
    return 0;
  }
  if (isSet(version, raw)) {
    print([packageVersion]);
    return 0;
  }
  return command.run(raw, process.env);
}

/** The name of a command comes first; without one it is the main command. */
function split(argv: readonly string[]): { name?: string; rest: readonly string[] } {
  const [first, ...rest] = argv;
  return first === undefined || first.startsWith('-') ? { rest: argv } : { name: first, rest };
}

async function named(name: string, rest: readonly string[]): Promise<Command> {
  const listed = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (listed) return listed.load();
  const meant = nearest(name, Object.keys(commands));
  const command = [name, ...rest.filter((word) => word !== '--')].map(quoted).join(' ');
  throw new UsageError(
    `there is no command ${quoted(name)}; ` +
      (meant ? `did you mean ${meant}?` : `what to measure goes after --: memtop -- ${command}`),
  );
}

/** The exit code of what prevented the command from being run, or its output from being read. */
function codeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof NoCurrentFolder) return exitCodes.failedBeforeStart;
  return exitCodes.failed;
}

const warned = new Set<string>();

/** What fails in the background ends neither memtop nor the command that it measures. */
function warn(error: unknown): void {
  const message = messageOf(error);
  if (warned.has(message)) return;
  warned.add(message);
  say(`memtop: warning: ${message}`);
}

disableDebugSignal();
process.on('unhandledRejection', warn);
process.on('uncaughtException', warn);
// For a promise that is never settled.
process.exitCode = exitCodes.failed;
// Not with `await`: chunks import this file, and would wait for its end.
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    // Node would reset the terminal to its state at startup.
    loadedAddon()?.exitNow(code);
  },
  (error: unknown) => {
    process.exitCode = codeOf(error);
    say(`memtop: ${messageOf(error)}`);
  },
);
