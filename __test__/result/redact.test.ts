import test from 'ava';
import { redactedCommand, redactedText } from '../../ts/result/redact.js';
import { isSecretName } from '../../ts/result/secret-names.js';

const R = '[redacted]';

const commands: [readonly string[], readonly string[]][] = [
  [
    ['a', '--token', 'x', 'b'],
    ['a', '--token', R, 'b'],
  ],
  [
    ['a', '--password=x y', 'b'],
    ['a', `--password=${R}`, 'b'],
  ],
  [
    ['a', '-api-key', '-x'],
    ['a', '-api-key', R],
  ],
  [
    ['a', '--token', '--password', 'x'],
    ['a', '--token', '--password', R],
  ],
  [
    ['env', 'AWS_SECRET_ACCESS_KEY=x y', 'make'],
    ['env', `AWS_SECRET_ACCESS_KEY=${R}`, 'make'],
  ],
  [
    ['docker', '--build-arg', 'NPM_TOKEN=x&y;z'],
    ['docker', '--build-arg', `NPM_TOKEN=${R}`],
  ],
  [
    ['java', '-Dpassword=x'],
    ['java', `-Dpassword=${R}`],
  ],
  [
    ['npm', '--//registry.example.com/:_authToken=x'],
    ['npm', `--//registry.example.com/:_authToken=${R}`],
  ],
  [
    ['sh', '-c', 'TOKEN=x make --password "y z" -j4; K=1'],
    ['sh', '-c', `TOKEN=${R} make --password ${R} -j4; K=1`],
  ],
  [
    ['bash', '-lc', "export DB_PASSWORD='x y' && run"],
    ['bash', '-lc', `export DB_PASSWORD=${R} && run`],
  ],
  [
    ['curl', '-H', 'Authorization: Bearer x', '-H', 'X-Api-Key: x'],
    ['curl', '-H', `Authorization: ${R}`, '-H', `X-Api-Key: ${R}`],
  ],
  [
    ['sh', '-c', `curl -H 'Authorization: Bearer x' -H "Cookie: a='x'; b=x" https://host`],
    ['sh', '-c', `curl -H 'Authorization: ${R}' -H "Cookie: ${R}" https://host`],
  ],
  [
    ['curl', 'Authorization:', 'Bearer', 'x', 'y'],
    ['curl', 'Authorization:', 'Bearer', R, 'y'],
  ],
  [
    ['curl', '-u', 'me:x y', '--user=me:x', '-ume:x'],
    ['curl', '-u', `me:${R}`, `--user=me:${R}`, `-ume:${R}`],
  ],
  [
    ['git', 'clone', 'https://me:x@host/a', 'https://x@host/b'],
    ['git', 'clone', `https://${R}@host/a`, `https://${R}@host/b`],
  ],
  [
    ['psql', 'postgres://me:x/@y@host:5432/db', 'redis://:x@host'],
    ['psql', `postgres://me:${R}@host:5432/db`, `redis://:${R}@host`],
  ],
  [
    ['wget', 'https://host/a?b=1&access_token=x&c=2'],
    ['wget', `https://host/a?b=1&access_token=${R}`],
  ],
  [
    ['mysql', '-uroot', '-px', 'db'],
    ['mysql', '-uroot', `-p${R}`, 'db'],
  ],
  [
    ['/usr/bin/sshpass', '-p', 'x', 'ssh', '-p', '22'],
    ['/usr/bin/sshpass', '-p', R, 'ssh', '-p', R],
  ],
  [
    ['a', '{"b": 1, "token": "x", "c": 2}'],
    ['a', `{"b": 1, "token": ${R} "c": 2}`],
  ],
  [
    ['a', 'ghp_0123456789abcdef', 'b=gho_0123456789abcdef'],
    ['a', R, `b=${R}`],
  ],
  [
    ['a', 'github_pat_0123456789', 'glpat-0123456789', 'xoxb-0123456789'],
    ['a', R, R, R],
  ],
  [
    ['a', 'sk-0123456789', 'AKIA0123456789ABCDEF', `npm_${'a1'.repeat(18)}`],
    ['a', R, R, R],
  ],
  [
    ['a', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x_y-z'],
    ['a', R],
  ],
];

for (const [command, expected] of commands) {
  test(`secrets are removed from ${JSON.stringify(command)}`, (t) => {
    t.deepEqual(redactedCommand(command), expected);
  });

  test(`a second pass changes nothing: ${JSON.stringify(command)}`, (t) => {
    t.deepEqual(redactedCommand(redactedCommand(command)), expected);
  });
}

for (const command of [
  ['node', '--max-old-space-size=4096', 'http://localhost:3000/@vite/client'],
  ['make', '-j4', 'monkey', 'KEYBOARD=de', '--author', 'Jane'],
  ['rustc', '--crate-name', 'memtop', '--edition=2024', '-C', 'opt-level=3'],
  ['ssh', '-p', '22', 'git@github.com', 'ssh://git@github.com/a'],
  ['sh', '-c', 'a=1; disk-usage; echo "$HOME: ok" && task-runner --user me'],
  [],
]) {
  test(`${JSON.stringify(command)} holds nothing secret`, (t) => {
    t.deepEqual(redactedCommand(command), command);
  });
}

for (const text of [
  'TOKEN="never closed',
  "PASSWORD='never closed",
  'TOKEN="closed by nothing\\',
  'SECRET=never\\ closed',
  "Cookie: a='never'; never=closed",
  `"Authorization: Basic never' closed\\`,
  '-----BEGIN RSA PRIVATE KEY-----\nnever\nclosed',
]) {
  test(`a truncated secret is removed: ${JSON.stringify(text)}`, (t) => {
    t.notRegex(redactedText(text), /never|closed|nothing/);
  });
}

test('names of secrets are recognised in their usual spellings', (t) => {
  for (const name of [
    '--token',
    'apiKey',
    'API_KEY',
    'PGPASSWORD',
    'MYSQL_PWD',
    'x-auth',
    'authToken',
  ]) {
    t.true(isSecretName(name), name);
  }
  for (const name of ['PATH', 'author', 'keyboard', 'NODE_ENV', '--passes-none', 'compat', '']) {
    t.false(isSecretName(name), name);
  }
});

/** The same numbers in each run, so that a failure is reproducible. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomText(random: (below: number) => number, length: number, characters: string): string {
  return Array.from({ length }, () => characters[random(characters.length)]).join('');
}

const anything = ' !"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~\t\n\u0000äß大🙂';

test('no secret gets through, whatever its characters', (t) => {
  const random = randomNumbers(1);
  for (let round = 0; round < 2_000; round += 1) {
    // With a marker that no other text contains.
    const text = () => randomText(random, random(8), anything);
    const secret = `${text()}Q7qZ${text()}`;
    const encoded = encodeURIComponent(secret.replaceAll(/\p{Surrogate}/gu, ''));
    const commands = [
      ['a', '--password', secret, 'b'],
      ['a', `--api-key=${secret}`],
      ['env', `GITHUB_TOKEN=${secret}`, 'b'],
      ['curl', '-H', `Authorization: Bearer ${secret.replaceAll(/[\r\n]/g, '')}`],
      ['curl', '-u', `me:${secret}`],
      ['git', 'clone', `https://me:${encoded}@host/path`],
      ['a', `postgres://me:${encoded}@host/path`],
      ['sh', '-c', `TOKEN='${secret.replaceAll("'", '')}' b`],
      ['sh', '-c', `b --token "${secret.replaceAll(/["\\]/g, '')}"`],
    ];
    for (const command of commands) {
      const text = JSON.stringify(redactedCommand(command));
      t.false(text.includes('Q7qZ'), `${JSON.stringify(command)} → ${text}`);
    }
  }
});

test('any text can be searched, and a long one in reasonable time', (t) => {
  const random = randomNumbers(2);
  for (let round = 0; round < 2_000; round += 1) {
    const text = randomText(random, random(200), `${anything}tokenkey=:--""`);
    t.is(typeof redactedText(text), 'string');
    t.is(redactedCommand([text, text]).length, 2);
  }
  for (const part of [
    'a',
    '-',
    '"',
    "'",
    '\\',
    ':',
    '=',
    ' ',
    'key=',
    '--key ',
    '://',
    'a:@',
    'eyJ',
  ]) {
    t.is(typeof redactedText(part.repeat(4_096)), 'string');
  }
});
