/** The whole grammar of the command line, from the table of commands and their flags. */
import type { Command, Commands } from './commands/command.js';
import { exec } from './commands/exec.js';
import type { Flag } from './flags/flag.js';
import { help, version } from './flags/general.js';

export interface KnownCommand {
  /** Empty for the main command without its name. */
  readonly name: string;
  readonly summary: string;
  readonly command: Command;
  /** Including those that every command has. */
  readonly flags: readonly Flag[];
}

/** The main command, then all commands by name. */
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

/** The possible values of a flag, where they are known. */
export function choicesOf({ value = '' }: Flag): readonly string[] {
  return value.includes('|') ? value.split('|') : [];
}
