/**
 * Redacts passwords, tokens and keys in command lines before they get into a file. Whatever looks
 * like a secret is treated as one: redacting too much is better than too little.
 */
import { knownSecret } from './known-secrets.js';
import { attachedFlag, isBefore, type PasswordFlag, passwordFlagsOf } from './password-flags.js';
import { isPlainPair, isSecretName, isSecretValue } from './secret-names.js';

const redacted = '[redacted]';

/** Authentication schemes, which a secret follows. */
const scheme = /^(?:bearer|basic|token|digest|negotiate)$/i;
const flag = /^--?[a-z]/i;
/** Of a compiler: `-DNAME`, whose value would be in the same argument. */
const definition = /^-[A-Z]\w/;
/** Options of a shell whose value is a script: `-c`, `-lc`. */
const scriptFlag = /^-[a-z]*c$/;
const userFlag = /^(?:-u|-U|--user|--proxy-user)$/;
const userAttached = /^(?:-[uU]|--(?:proxy-)?user=)[^:\s]*:(?=.)/;
/** As `docker run --user` takes them. */
const userIds = /^(?:-[uU]|--user=)?\d+:\d+$/;

/** The arguments with their secrets redacted. */
export function redactedCommand(command: readonly string[]): string[] {
  const flags: PasswordFlag[] = [];
  let before = '';
  let isExpected = false;
  return command.map((argument) => {
    const attached = attachedFlag(flags, argument);
    const shown = attached
      ? `${attached.flag}${redacted}`
      : isExpected
        ? redactedValue(argument, before)
        : redactedArgument(argument, before);
    isExpected =
      announces(argument) || isBefore(flags, argument) || (isExpected && scheme.test(argument));
    add(flags, passwordFlagsOf(argument, before));
    before = argument;
    return shown;
  });
}

/** Other text with its secrets redacted, such as a script or a title. */
export function redactedText(text: string): string {
  const named = withoutValues(withoutValues(withoutHeaders(withoutPasswords(text)), flags), names);
  return withoutKnown(withoutCredentials(named));
}

/** Whether the next argument is a secret: after `--token`, `Authorization:`, `Bearer`. */
function announces(argument: string): boolean {
  if (/^bearer$/i.test(argument)) return true;
  const isHead = flag.test(argument) ? !/[=:]/.test(argument) : /^[\w.-]+:$/.test(argument);
  return isHead && !definition.test(argument) && isSecretName(argument);
}

/** In place of a secret there may be a flag, whose value is next, or a scheme. */
function redactedValue(argument: string, before: string): string {
  if (announces(argument) || scheme.test(argument)) return argument;
  return isSecretValue(before, argument) ? redacted : redactedArgument(argument, before);
}

function redactedArgument(argument: string, before: string): string {
  // Without any of these it holds no named value, login or header.
  if (!/[\s:=@]/.test(argument)) return argument.replaceAll(knownSecret, redacted);
  if (scriptFlag.test(before)) return redactedText(argument);
  if (userIds.test(argument)) return argument;
  if (userFlag.test(before) && argument.includes(':')) {
    return `${argument.slice(0, argument.indexOf(':'))}:${redacted}`;
  }
  const [user] = userAttached.exec(argument) ?? [];
  if (user !== undefined) return `${user}${redacted}`;
  // A value extends to the end of its argument, even over spaces.
  const space = argument.search(/\s/);
  for (const { index, 0: head, groups } of argument.matchAll(names)) {
    if (space >= 0 && index > space) break;
    const end = index + head.length;
    const { name = '' } = groups ?? {};
    if (!isSecretName(name) || !isSecretPair(name, head, argument.slice(end))) continue;
    return `${redactedText(argument.slice(0, index))}${head}${redacted}`;
  }
  return redactedText(argument);
}

/** For a secret name: `head` is the name with what separates it from the value. */
function isSecretPair(name: string, head: string, value: string): boolean {
  const isDefinition = definition.test(name) && /^\s/.test(head.slice(name.length));
  if (isDefinition || !isSecretValue(name, value)) return false;
  return head !== `${name}:` || !isPlainPair(name, value);
}

/** Headers are secret up to their closing quote, or to the end of the line. */
const quotedHeader =
  /((["'])[\w-]*(?:authorization|cookie)\s*:\s*)(?:\\.|(?!\2)[^\\\r\n])*(?=\2|\\?$)/gim;
const header = /(?<!["'\w-])([\w-]*(?:authorization|cookie)\s*:\s*)\S.*/gi;
const isHeader = /(?:authorization|cookie)$/i;
/** Not the words of a sentence: `basic usage`. */
const login =
  /(?<![\w/-])((?:[Bb]earer|[Bb]asic|BEARER|BASIC)\s+)(?!-)(?=[^\s"']*(?:[\d=]|[^\s"'][A-Z]))[^\s"']{4,}/g;

function withoutHeaders(text: string): string {
  return text.replaceAll(quotedHeader, `$1${redacted}`).replaceAll(header, `$1${redacted}`);
}

function withoutKnown(text: string): string {
  return text.replaceAll(login, `$1${redacted}`).replaceAll(knownSecret, redacted);
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
    if (value === undefined || !isSecretPair(name, head, value)) continue;
    kept += text.slice(from, at) + redacted;
    from = at + value.length;
  }
  return kept + text.slice(from);
}

/** The password in a URL. What looks like a port and a path is not one. */
const password = /([a-z\d+.-]:\/\/[^\s:/@]*):(?!\d{1,5}(?:[/?#\s]|$))\S*@/gi;
/** An HTTP user name may be a token. */
const httpUser = /(?<=https?:\/\/)[^\s/@]+@/gi;
const userOption =
  /(?<![\w-])((?:-u|-U|--user|--proxy-user)(?:\s+|=)["']?(?!\d+:\d+(?:\s|$))[^\s:"']+:)[^\s"']+/g;
/** The signature that grants access to a URL. */
const signature = /([?&](?:sig|[\w-]*signature)=)[^&\s"'#]+/gi;

/** `https://user:password@host`, `https://token@host`, `curl -u user:password`. */
function withoutCredentials(text: string): string {
  return text
    .replaceAll(password, `$1:${redacted}@`)
    .replaceAll(httpUser, `${redacted}@`)
    .replaceAll(userOption, `$1${redacted}`)
    .replaceAll(signature, `$1${redacted}`);
}

/** A program and its arguments in a script, up to the end of the simple command. */
const simpleCommand = /(?:"(?:\\[\s\S]?|[^"\\])*(?:"|$)|'[^']*(?:'|$)|[^\n;|&"'])+/g;
const shellWord = /(?:"(?:\\[\s\S]?|[^"\\])*(?:"|$)|'[^']*(?:'|$)|[^\s"'])+/g;

/** `mysql -psecret` and the like, wherever they are in a script. */
function withoutPasswords(text: string): string {
  return text.replaceAll(simpleCommand, (command) => {
    const flags: PasswordFlag[] = [];
    let before = '';
    return command.replaceAll(shellWord, (argument) => {
      const attached = attachedFlag(flags, argument);
      const isPassword = isBefore(flags, before);
      add(flags, passwordFlagsOf(argument, before));
      before = argument;
      if (attached) return `${attached.flag}${redacted}`;
      return isPassword ? redacted : argument;
    });
  });
}

function add(flags: PasswordFlag[], more: readonly PasswordFlag[]): void {
  flags.push(...more.filter((flag) => !flags.includes(flag)));
}
