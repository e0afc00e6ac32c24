/** Names of flags, variables and fields whose values are secret. */

/** Anywhere in a word, since many names are compounds: PGPASSWORD, apikeys. */
const within = /token(?!iz)|secret(?!ar)|passw(?!ordless)|passphrase|credential|apikey/;
const key = /(?:api|access|private|secret|signing|encrypt\w*|master|account|client|deploy)-keys?\b/;
/** As the last word or at the end of it: MYSQL_PWD, ENCRYPTIONKEY; not keyboard, not author. */
const atTheEnd = /(?:keys?|pwd|pass|auth|oauth2|authorization|authentication|cookie)$/;
const last = /^(?:jwt|pat|pw|bearer)$/;
/** Words that end the same way. */
const others = /^(?:monkey|turkey|hotkeys?|bypass|compass)$/;
/** What follows the name proper: API_KEY_2, DB_PASS_PROD. */
const suffix = /^(?:\d+|v\d+|dev|test|staging|prod|production|b64|base64|hex|value)$/;

/** Such a name stands for something about a secret: a file, a size, whether there is one. */
const about =
  /^(?:file|path|dir|folder|names?|types?|size|length|count|limit|ttl|timeout|level|format|version|algorithms?|checking|spacing|expression|url|uri|host|port|provider|method|mode|plugin|scheme|realm|endpoint|strategy|helper|env|var|stdin|jar)$/;
const switched = /^(?:no|skip|disable|without)$/;
/** LLM tokens, passes of a compiler. */
const amount = /^(?:max|min|num|total)$/;
const publicKey = /(?:^|-)(?:public|cache|primary|foreign|sort|partition|host)-?keys?$/;

/** The name may have leading dashes, and any of the usual spellings. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const [first = '', end = ''] = [words[0], words.at(-1)];
  if (switched.test(first) || about.test(end) || words.some((word) => amount.test(word))) {
    return false;
  }
  const joined = words.join('-');
  if (publicKey.test(joined)) return false;
  if (key.test(joined) || words.some((word) => within.test(word))) return true;
  const proper = words.findLast((word) => !suffix.test(word)) ?? '';
  return last.test(proper) || (atTheEnd.test(proper) && !others.test(proper));
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

const setting = /^(?:\d|true|false|yes|no|on|off|none|null|auto|always|never)?$/i;
const fileName = /^[^\s=]*\.(?:key|pem|crt|cert?|der|p12|pfx|jks|gpg|json|ya?ml|toml|ini|txt)$/i;
/** `docker build --secret id=npm,src=.npmrc`. */
const secretSource = /^(?:id|type)=[\w.-]+(?:,|$)/;

/** Whether a value is secret after a name that is. Quotes around it do not matter. */
export function isSecretValue(name: string, value: string): boolean {
  const bare = value.replace(/^(["'])(.*)\1$/s, '$2');
  // In a connection string it is a password.
  if (/^(?:OLD)?PWD$/.test(name) && bare.startsWith('/')) return false;
  return !(setting.test(bare) || fileName.test(bare) || secretSource.test(bare));
}

/** What follows a colon in names of tasks, images and versions: `auth:build`, `tokens:v1.2.3`. */
const longestPlain = 24;
const plainWord = /^(?:[a-z][a-z\d]*|v?\d[\w.]*)(?:[-_.:/][a-z\d.]+)*$/;
/** Names of headers and of passwords, and not of anything else. */
const unmistakable = /^(?:x-|_auth|pass$)|passw|passphrase|pwd|credential|api[-_]?key/i;

/** Whether `name:value`, without a space and quotes, may be anything but a secret. */
export function isPlainPair(name: string, value: string): boolean {
  return !unmistakable.test(name) && value.length < longestPlain && plainWord.test(value);
}
