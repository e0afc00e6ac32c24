/** Which names of flags, variables and fields stand for something secret. */

/** Anywhere in a word, since many names are written together: PGPASSWORD, apikeys. */
const within = /token|secret|passw|passphrase|credential|apikey/;
/** As a word or at the end of one: MYSQL_PWD, ENCRYPTIONKEY; not keyboard, not author. */
const atTheEnd = /(?:keys?|pwd|pass|auth|oauth2|authorization|authentication|cookie)$/;
const whole = /^(?:jwt|pat)$/;

/** The name may have dashes in front, and be written in any of the usual ways. */
export function isSecretName(name: string): boolean {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .some((word) => within.test(word) || atTheEnd.test(word) || whole.test(word));
}

/** Programs whose flag for a password is one letter, which says something else elsewhere. */
const passwordFlags: Readonly<Record<string, string>> = {
  sshpass: '-p',
  mysql: '-p',
  mysqldump: '-p',
  mysqladmin: '-p',
  mariadb: '-p',
  'redis-cli': '-a',
};

export function passwordFlagOf(program: string): string | undefined {
  return Object.hasOwn(passwordFlags, program) ? passwordFlags[program] : undefined;
}
