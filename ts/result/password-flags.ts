/** Programs whose password flag is one letter, which means something else elsewhere. */
import { basename } from 'node:path';

export interface PasswordFlag {
  readonly flag: string;
  /** Whether the password is in the same argument, in the next one, or in either. */
  readonly place: 'attached' | 'next' | 'either';
}

type Row = readonly [program: RegExp, ...flag: PasswordFlag[]];

const rows: readonly Row[] = [
  [/^(?:mysql|mariadb)[\w-]*$/, { flag: '-p', place: 'attached' }],
  [/^(?:7z[arz]?|rar|unrar)$/, { flag: '-p', place: 'attached' }],
  [/^(?:rar|unrar)$/, { flag: '-hp', place: 'attached' }],
  [/^(?:sshpass|mongo\w*|cqlsh)$/, { flag: '-p', place: 'either' }],
  [/^(?:sqlcmd|bcp|zip|unzip|mosquitto_[ps]ub)$/, { flag: '-P', place: 'either' }],
  [/^ldap\w+$/, { flag: '-w', place: 'either' }],
  [/^redis-cli$/, { flag: '-a', place: 'next' }],
  [/^openssl$/, { flag: '-k', place: 'next' }, { flag: '-K', place: 'next' }],
];

const registry = /^(?:docker|podman|nerdctl|buildah|skopeo|regctl|registry|auth|az|oc|cf)$/;
const loginFlag: PasswordFlag = { flag: '-p', place: 'either' };

/** Those that a word switches on for what follows it. It may be the program of a wrapper. */
export function passwordFlagsOf(word: string, before: string): readonly PasswordFlag[] {
  const program = basename(word);
  if (program === 'login') return registry.test(basename(before)) ? [loginFlag] : [];
  return rows.flatMap(([name, ...flags]) => (name.test(program) ? flags : []));
}

/** The flag that an argument begins with and whose password it contains. */
export function attachedFlag(
  flags: readonly PasswordFlag[],
  argument: string,
): PasswordFlag | undefined {
  return flags.find(
    ({ flag, place }) =>
      place !== 'next' && argument.startsWith(flag) && argument.length > flag.length,
  );
}

/** Whether the next argument is a password. */
export function isBefore(flags: readonly PasswordFlag[], argument: string): boolean {
  return flags.some(({ flag, place }) => place !== 'attached' && argument === flag);
}
