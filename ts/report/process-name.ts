/**
 * Names processes as people know them. There are two sources, and a program can set both: the
 * system's short name, which is cut after 15 bytes, and the first argument, which may be a path, a
 * title, or a whole command line.
 */
import { basename } from 'node:path';
import { redactedCommand } from '../result/redact.js';
import { plainText } from './plain-text.js';

interface Named {
  readonly name: string;
  readonly command: readonly string[];
}

const longestShortName = 15;
/** The name that some runtimes give their main thread, and so the process. */
const nameOfThread = /^(?:node-)?MainThread$/;
/** Starts like a path: absolute, or relative with a folder. */
const path = /^(?:~?\/|\.\.?\/|[^\s:/]+\/)/;
const withoutName = 'unnamed';

/** The same for all processes of a program. */
export function programName({ name, command }: Named): string {
  const program = programIn(command[0] ?? '', name).trim();
  if (name.trim() === '') return program === '' ? withoutName : program;
  const isCut = Buffer.byteLength(name) >= longestShortName && program.startsWith(name);
  return program !== '' && (isCut || nameOfThread.test(name)) ? program : name;
}

/** The command line without folders of the program and without secrets, on one line. */
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
 * The folders of a program, and the rest. A first argument with spaces is a path if the short name
 * says so; otherwise the program has overwritten it with a command line, whose first word is the
 * path, or with a title, in which slashes mean nothing.
 */
function parted(first: string, name: string): { folder: string; rest: string; isTitle: boolean } {
  if (!path.test(first)) return { folder: '', rest: first.replace(/^-(?=\w)/, ''), isTitle: true };
  const whole = basename(first);
  const isPath = !/\s/.test(first) || (name !== '' && whole.startsWith(name));
  const program = isPath ? first : (/^\S*/.exec(first)?.[0] ?? first);
  const folder = program.slice(0, program.length - basename(program).length);
  return { folder, rest: first.slice(folder.length), isTitle: !isPath };
}
