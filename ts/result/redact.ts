/**
 * Redacts passwords, tokens and keys in command lines before they get into a file. Whatever looks
 * like a secret is treated as one: redacting too much is better than too little.
 */
import { basename } from 'node:path';
import { isSecretName, passwordFlagOf } from './secret-names.js';

const redacted = '[redacted]';

/** Authentication schemes, which a secret follows. */
const scheme = /^(?:bearer|basic|token|digest|negotiate)$/i;
const flag = /^--?[a-z]/i;
/** Options of a shell whose value is a script: `-c`, `-lc`. */
const scriptFlag = /^-[a-z]*c$/;
const userFlag = /^(?:-u|-U|--user|--proxy-user)$/;
const userAttached = /^(?:-[uU]|--(?:proxy-)?user=)[^:\s]*:(?=.)/;

/** The arguments with their secrets redacted. */
export function redactedCommand(command: readonly string[]): string[] {
  const passwordFlag = passwordFlagOf(basename(command[0] ?? ''));
  let before = '';
  let isExpected = false;
  return command.map((argument) => {
    let shown = isExpected ? redactedValue(argument) : redactedArgument(argument, before);
    if (passwordFlag !== undefined && argument.startsWith(passwordFlag)) {
      shown = argument === passwordFlag ? argument : `${passwordFlag}${redacted}`;
    }
    isExpected =
      announces(argument) || argument === passwordFlag || (isExpected && scheme.test(argument));
    before = argument;
    return shown;
  });
}

/** Other text with its secrets redacted, such as a script or a title. */
export function redactedText(text: string): string {
  const named = withoutValues(withoutValues(withoutHeaders(text), flags), names);
  return withoutKnown(withoutCredentials(named));
}

/** Whether the next argument is a secret: after `--token`, `Authorization:`, `Bearer`. */
function announces(argument: string): boolean {
  if (/^bearer$/i.test(argument)) return true;
  const isHead = flag.test(argument) ? !/[=:]/.test(argument) : /^[\w.-]+:$/.test(argument);
  return isHead && isSecretName(argument);
}

/** In place of a secret there may be a flag, whose value is next, or a scheme. */
function redactedValue(argument: string): string {
  return announces(argument) || scheme.test(argument) ? argument : redacted;
}

/** Arguments without any of these hold no named value, login, header or known token. */
const suspicious =
  /[\s:=@]|gh[a-z]_|github_pat_|glpat-|xox[a-z]-|sk-|k_live_|npm_|pypi-|AIza|AKIA|ASIA|eyJ/;

function redactedArgument(argument: string, before: string): string {
  if (!suspicious.test(argument)) return argument;
  if (scriptFlag.test(before)) return redactedText(argument);
  if (userFlag.test(before) && argument.includes(':')) {
    return `${argument.slice(0, argument.indexOf(':'))}:${redacted}`;
  }
  const [user] = userAttached.exec(argument) ?? [];
  if (user !== undefined) return `${user}${redacted}`;
  // A value extends to the end of its argument, even over spaces.
  for (const { index, 0: head, groups } of argument.matchAll(names)) {
    if (/\s/.test(argument.slice(0, index))) break;
    const end = index + head.length;
    if (end === argument.length || !isSecretName(groups?.name ?? '')) continue;
    return `${redactedText(argument.slice(0, index))}${head}${redacted}`;
  }
  return redactedText(argument);
}

/** Secrets with a known format. */
const known = new RegExp(
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/,
    /(?<![a-zA-Z\d])(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|sk-|[sr]k_live_)[\w-]{8,}/,
    /(?<![a-zA-Z\d])(?:npm_[a-zA-Z\d]{16,}|pypi-AgE[\w-]+|AIza[\w-]{20,})/,
    /(?<![a-zA-Z\d])(?:AKIA|ASIA)[A-Z\d]{8,}/,
    /(?<![a-zA-Z\d])eyJ[\w-]{8,}(?:\.[\w-]*)*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
/** Headers are secret up to their closing quote, or to the end of the line. */
const quotedHeader =
  /((["'])[\w-]*(?:authorization|cookie)\s*:\s*)(?:\\.|(?!\2)[^\\\r\n])*(?=\2|\\?$)/gim;
const header = /(?<!["'\w-])([\w-]*(?:authorization|cookie)\s*:\s*)\S.*/gi;
const isHeader = /(?:authorization|cookie)$/i;
const login = /(?<![\w-])((?:bearer|basic)\s+)[^\s"']{4,}/gi;

function withoutHeaders(text: string): string {
  return text.replaceAll(quotedHeader, `$1${redacted}`).replaceAll(header, `$1${redacted}`);
}

function withoutKnown(text: string): string {
  return text.replaceAll(login, `$1${redacted}`).replaceAll(known, redacted);
}

/** `NAME=`, `name: `, `"name": `. Each name is matched once, which keeps long texts cheap. */
const names = /(?<![\w.-])(?<name>[\w.-]+)\\*["']?(?:\s*:\s*|=|\s+=\s+)/g;
/** `--name `. */
const flags = /(?<![\w.-])(?<name>--?[a-z][\w.-]*)\s+/gi;
/** A shell word, whose quote may be unterminated. */
const word = /(?:"(?:\\[\s\S]?|[^"\\])*(?:"|$)|'[^']*(?:'|$)|\\[\s\S]?|[^\s"'\\])+/y;

/** Redacts the word after each head whose name is secret. */
function withoutValues(text: string, heads: RegExp): string {
  let kept = '';
  let from = 0;
  for (const { index, 0: head, groups } of text.matchAll(heads)) {
    const at = index + head.length;
    const { name = '' } = groups ?? {};
    if (index < from || !isSecretName(name)) continue;
    // After a redacted header comes its closing quote, which opens no word.
    if (isHeader.test(name) && text.startsWith(redacted, at)) continue;
    word.lastIndex = at;
    const value = word.exec(text)?.[0];
    if (value === undefined) continue;
    kept += text.slice(from, at) + redacted;
    from = at + value.length;
  }
  return kept + text.slice(from);
}

/** The password in a URL. What looks like a port and a path is not one. */
const password = /([a-z\d+.-]:\/\/[^\s:/@]*):(?!\d{1,5}(?:[/?#\s]|$))\S*@/gi;
/** An HTTP user name may be a token. */
const httpUser = /(?<=https?:\/\/)[^\s/@]+@/gi;
const userOption = /(?<![\w-])((?:-u|-U|--user|--proxy-user)(?:\s+|=)["']?[^\s:"']+:)[^\s"']+/g;

/** `https://user:password@host`, `https://token@host`, `curl -u user:password`. */
function withoutCredentials(text: string): string {
  return text
    .replaceAll(password, `$1:${redacted}@`)
    .replaceAll(httpUser, `${redacted}@`)
    .replaceAll(userOption, `$1${redacted}`);
}
