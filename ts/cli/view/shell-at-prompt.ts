/**
 * Whether a command is an interactive shell. bash needs its standard error to be its controlling
 * terminal for job control, which memtop's terminal in between is not.
 */
import { basename } from 'node:path';

const shells = new Set(['ash', 'bash', 'csh', 'dash', 'fish', 'ksh', 'mksh', 'sh', 'tcsh', 'zsh']);
const valuesOfShells = new Set(['-o', '-O', '+o', '+O', '--rcfile', '--init-file']);
/** Programs that start a login shell. */
const logins = new Set(['login', 'newgrp', 'su']);
const valuesOfSudo = new Set(['-u', '-g', '-h', '-p', '-C', '-D', '-R', '-T', '-U', '-r', '-t']);

export function isShellAtPrompt([program = '', ...args]: readonly string[]): boolean {
  const name = basename(program).replace(/^-/, '');
  if (logins.has(name)) return !args.some(isForCommand);
  if (name === 'sudo' || name === 'doas') {
    return optionsOf(args, valuesOfSudo).options.some((option) => /^-[is]$/.test(option));
  }
  if (!shells.has(name)) return false;
  const { options, hasMore } = optionsOf(args, valuesOfShells);
  const isAsked = options.some((option) => /^-\w*i/.test(option) || option === '--interactive');
  return isAsked || !(hasMore || options.some(isForCommand));
}

/** The options before the command to run, without their values, and whether there is a command. */
function optionsOf(args: readonly string[], withValue: ReadonlySet<string>) {
  const options: string[] = [];
  let place = 0;
  for (; /^[-+]./.test(args[place] ?? ''); place += 1) {
    const option = args[place] as string;
    options.push(option);
    if (withValue.has(option)) place += 1;
  }
  return { options, hasMore: place < args.length };
}

/** Such as `-c` or `-lc`. */
function isForCommand(option: string): boolean {
  return /^-\w*c\w*$/.test(option) || /^--command(=|$)/.test(option);
}
