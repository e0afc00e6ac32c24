/** All that can stand on a command line, from the one table of commands and their flags. */
import type { Command, Commands } from './commands/command.js';
import { exec } from './commands/exec.js';
import type { Flag } from './flags/flag.js';
import { help, version } from './flags/general.js';

export interface KnownCommand {
  /** Empty for the main command without its name. */
  readonly name: string;
  readonly summary: string;
  readonly command: Command;
  /** With those that every command has. */
  readonly flags: readonly Flag[];
}

/** The main command first, and then all by their names. */
export async function knownCommands(commands: Commands): Promise<KnownCommand[]> {
  const named = await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) =>
      known(name, summary, await load()),
    ),
  );
  return [known('', '', exec), ...named];
}

function known(name: string, summary: string, command: Command): KnownCommand {
  return { name, summary, command, flags: [...command.flags, help, version] };
}

/** What the value of a flag can be, where that is known. */
export function choicesOf({ value = '' }: Flag): readonly string[] {
  return value.includes('|') ? value.split('|') : [];
}
