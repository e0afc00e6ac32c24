/**
 * What a process is called: by what a person would recognise. Two texts tell of it, and both can be
 * of the program's own making: the system's short name, which is cut after 15 bytes, and the first
 * argument, which may be a path, a title, or a whole command line.
 */
import { basename } from 'node:path';
import { redactedCommand } from './crash/redact.js';
import { plainText } from './plain-text.js';

interface Named {
  readonly name: string;
  readonly command: readonly string[];
}

const longestShortName = 15;
/** Runtimes call their main threads so, and with them the process. */
const nameOfThread = /^(?:node-)?MainThread$/;
/** What begins as a path does: absolute, or relative with a folder. */
const path = /^(?:~?\/|\.\.?\/|[^\s:/]+\/)/;
const withoutName = 'unnamed';

/** What processes of one program have in common. */
export function programName({ name, command }: Named): string {
  const program = programIn(command[0] ?? '', name).trim();
  if (name.trim() === '') return program === '' ? withoutName : program;
  const isCut = Buffer.byteLength(name) >= longestShortName && program.startsWith(name);
  return program !== '' && (isCut || nameOfThread.test(name)) ? program : name;
}

/** The program without its folders, and its arguments without what nobody may see; on one line. */
export function commandText({ name, command }: Named): string {
  const [first = '', ...args] = redactedCommand(command);
  const { folder, rest } = parted(first, name);
  const words = [folder + rest === '' ? programName({ name, command }) : rest, ...args];
  return plainText(words.join(' ')).trim();
}

function programIn(first: string, name: string): string {
  const { rest, isTitle } = parted(first, name);
  if (!isTitle) return rest;
  const [head = ''] = rest.split(/:?\s/, 1);
  return head;
}

/**
 * The folders that a program lies in, and what comes after them. A first argument with spaces is a
 * path where the short name says so; else it is what the program has written there: a command line,
 * of which the first word is the path, or a title, in which a slash means nothing.
 */
function parted(first: string, name: string): { folder: string; rest: string; isTitle: boolean } {
  if (!path.test(first)) return { folder: '', rest: first.replace(/^-(?=\w)/, ''), isTitle: true };
  const whole = basename(first);
  const isPath = !/\s/.test(first) || (name !== '' && whole.startsWith(name));
  const program = isPath ? first : (/^\S*/.exec(first)?.[0] ?? first);
  const folder = program.slice(0, program.length - basename(program).length);
  return { folder, rest: first.slice(folder.length), isTitle: !isPath };
}
