/** Names of flags, variables and fields whose values are secret. */

/** Anywhere in a word, since many names are compounds: PGPASSWORD, apikeys. */
const within = /token|secret|passw|passphrase|credential|apikey/;
/** As a word or at the end of one: MYSQL_PWD, ENCRYPTIONKEY; not keyboard, not author. */
const atTheEnd = /(?:keys?|pwd|pass|auth|oauth2|authorization|authentication|cookie)$/;
const whole = /^(?:jwt|pat)$/;

/** The name may have leading dashes, and any of the usual spellings. */
export function isSecretName(name: string): boolean {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .some((word) => within.test(word) || atTheEnd.test(word) || whole.test(word));
}

/** Programs whose password flag is one letter, which means something else elsewhere. */
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
