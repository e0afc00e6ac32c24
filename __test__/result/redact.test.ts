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
  [
    ['sudo', 'mysqldump', '-uroot', '-px', '--port=3306', 'db'],
    ['sudo', 'mysqldump', '-uroot', `-p${R}`, '--port=3306', 'db'],
  ],
  [
    ['docker', 'exec', 'db', '/usr/bin/mariadb-dump', '-px', 'db'],
    ['docker', 'exec', 'db', '/usr/bin/mariadb-dump', `-p${R}`, 'db'],
  ],
  [
    ['sh', '-c', `mysql -uroot -px db; mysqladmin -p'w v' ping && rsync -pz a b`],
    ['sh', '-c', `mysql -uroot -p${R} db; mysqladmin -p${R} ping && rsync -pz a b`],
  ],
  [
    ['sh', '-c', 'sshpass -p x ssh -p 22 host'],
    ['sh', '-c', `sshpass -p ${R} ssh -p ${R} host`],
  ],
  [
    ['mongorestore', '--username', 'me', '-p', 'x', 'dump'],
    ['mongorestore', '--username', 'me', '-p', R, 'dump'],
  ],
  [
    ['docker', 'login', '-u', 'me', '-p', 'x', 'registry.example.com'],
    ['docker', 'login', '-u', 'me', '-p', R, 'registry.example.com'],
  ],
  [
    ['7z', 'a', '-px', 'out.7z', 'dist'],
    ['7z', 'a', `-p${R}`, 'out.7z', 'dist'],
  ],
  [
    ['zip', '-r', '-P', 'x', 'out.zip', 'dist'],
    ['zip', '-r', '-P', R, 'out.zip', 'dist'],
  ],
  [
    ['ldapsearch', '-w', 'x', '-b', 'dc=example'],
    ['ldapsearch', '-w', R, '-b', 'dc=example'],
  ],
  [
    ['sqlcmd', '-U', 'sa', '-P', 'x', '-Q', 'select 1'],
    ['sqlcmd', '-U', 'sa', '-P', R, '-Q', 'select 1'],
  ],
  [
    ['openssl', 'enc', '-aes-256-cbc', '-pass', 'pass:x', '-k', 'y'],
    ['openssl', 'enc', '-aes-256-cbc', '-pass', R, '-k', R],
  ],
  [
    ['a', '--pw', 'x', '--pw=x', '-pw', 'x'],
    ['a', '--pw', R, `--pw=${R}`, '-pw', R],
  ],
  [
    ['a', '--bearer', 'x', '--bearer=x', 'b'],
    ['a', '--bearer', R, `--bearer=${R}`, 'b'],
  ],
  [
    ['sh', '-c', 'a --pw x --bearer y; DB_PW=z b'],
    ['sh', '-c', `a --pw ${R} --bearer ${R} DB_PW=${R} b`],
  ],
  [
    ['az', 'https://me.blob.core.windows.net/a?sv=2024&sig=x%2B&se=1', 'b'],
    ['az', `https://me.blob.core.windows.net/a?sv=2024&sig=${R}&se=1`, 'b'],
  ],
  [
    ['curl', '-H', 'X-Api-Key:x', '-H', 'api-key:x', '--data', '{password:x}'],
    ['curl', '-H', `X-Api-Key:${R}`, '-H', `api-key:${R}`, '--data', `{password:${R}`],
  ],
  [
    ['sqlpackage', 'Server=db;User=sa;Password=x y;'],
    ['sqlpackage', `Server=db;User=sa;Password=${R}`],
  ],
  [
    ['isql', '-k', 'DRIVER=a;UID=sa;PWD=x'],
    ['isql', '-k', `DRIVER=a;UID=sa;PWD=${R}`],
  ],
  [
    ['node', '-e', '-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----'],
    ['node', '-e', R],
  ],
];

const hex = '0123456789abcdef';
/** An example of each form, none of them valid. Assembled, so that no scanner takes them for real. */
const tokens = [
  `SG.${'aB3-'.repeat(5)}x_.${'aB3-'.repeat(10)}xyz`,
  `dop_v1_${hex.repeat(4)}`,
  `hvs.${'CAESIJ1'.repeat(5)}`,
  `hvb.${'AAAAAQ1'.repeat(5)}`,
  `ghp_${'aB3'.repeat(12)}`,
  `ghs_${'aB3'.repeat(12)}`,
  `github_pat_${'aB3'.repeat(20)}`,
  `glpat-${'aB3'.repeat(7)}`,
  `gldt-${'aB3'.repeat(7)}`,
  `xoxb-${'123-aB'.repeat(5)}`,
  `xapp-1-${'A1B'.repeat(9)}`,
  `AKIA${'A1B2'.repeat(4)}`,
  `npm_${'aB3'.repeat(12)}`,
  `sk-proj-${'aB3'.repeat(12)}`,
  `sk-ant-api03-${'aB3'.repeat(12)}`,
  `sk_live_${'aB3'.repeat(8)}`,
  `sk_test_${'aB3'.repeat(8)}`,
  `whsec_${'aB3'.repeat(8)}`,
  `pypi-AgEI${'aB3'.repeat(20)}`,
  `AIza${'aB3'.repeat(12)}`,
  `ya29.${'aB3'.repeat(12)}`,
  `GOCSPX-${'aB3'.repeat(9)}`,
  `shpat_${hex.repeat(2)}`,
  `dckr_pat_${'aB3'.repeat(9)}`,
  `hf_${'aBc'.repeat(12)}`,
  `rubygems_${hex.repeat(3)}`,
  `dapi${hex.repeat(2)}`,
  `pul-${hex.repeat(2)}01234567`,
  `tskey-auth-${'aB3'.repeat(6)}`,
  `sbp_${hex.repeat(2)}01234567`,
  `glsa_${'aB3'.repeat(11)}`,
  `lin_api_${'aB3'.repeat(13)}`,
  `sntrys_${'aB3'.repeat(15)}`,
  `NRAK-${'A1B'.repeat(9)}`,
  `AGE-SECRET-KEY-1${'A1B'.repeat(19)}`,
  `ATATT3${'aB3'.repeat(20)}`,
  `123456789:AA${'aB3'.repeat(11)}`,
  `eyJhbGciOiJIUzI1NiJ9.${'aB3'.repeat(5)}.${'aB3'.repeat(5)}`,
];
for (const token of tokens) {
  test(`a token is recognised anywhere: ${token.slice(0, 12)}`, (t) => {
    t.deepEqual(redactedCommand(['a', token, `b=${token}`, `--c=${token},d`]), [
      'a',
      R,
      `b=${R}`,
      `--c=${R},d`,
    ]);
    t.deepEqual(redactedCommand(['sh', '-c', `a '${token}' b`]), ['sh', '-c', `a '${R}' b`]);
    t.is(redactedText(`https://host/${token}?b`), `https://host/${R}?b`);
  });
}

for (const [command, expected] of commands) {
  test(`secrets are removed from ${JSON.stringify(command)}`, (t) => {
    t.deepEqual(redactedCommand(command), expected);
  });

  test(`a second pass changes nothing: ${JSON.stringify(command)}`, (t) => {
    t.deepEqual(redactedCommand(redactedCommand(command)), expected);
  });
}

/** Command lines of builds as people type them, each for a form that is close to a secret. */
const plain = [
  'npm ci --no-audit --prefer-offline',
  'npm run build:tokens -- --watch=false',
  'npm run login -- -p 3000',
  'npm publish --access public --otp-type none',
  'npx npm@10 exec -- tsc --build --verbose',
  'npx jest --passWithNoTests src/app --coverage --maxWorkers=2',
  'npx jest --testNamePattern basicAuth --testPathPattern auth/token.test.ts',
  'npx vitest run -t auth --bail 1 --reporter=dot',
  'yarn workspace @acme/design-tokens build',
  'pnpm --filter @acme/auth... --parallel run build',
  'pnpm --filter=!@acme/keys -r exec tsc -p tsconfig.json',
  'nx run design-tokens:build:production',
  'nx run-many --target=build --projects=auth,tokens,keyboard --parallel=3 --skip-nx-cache',
  'nx affected -t build --base=origin/main --head=HEAD',
  'turbo run auth#build --filter=@acme/web^... --cache-dir=.turbo',
  'lerna run build --scope @acme/token-ring --concurrency 4',
  'node --max-old-space-size=4096 --enable-source-maps --require ./tools/register.js dist/main.js',
  'node --experimental-vm-modules node_modules/jest/bin/jest.js --no-cache',
  'esbuild src/index.ts --bundle --keep-names --public-path=/static --define:process.env.KEY=1',
  'esbuild src/app.ts --key-names=[name]-[hash] --outdir=dist',
  'webpack --mode production --env target=web --stats errors-only --progress',
  'webpack serve --port 8443 --server-options-key server.key --server-options-cert server.crt',
  'vite build --mode staging --base /auth/ --outDir dist/auth',
  'next build --no-lint',
  'tsc -p tsconfig.build.json --keyofStringsOnly false',
  'eslint . --ext .ts,.tsx --max-warnings 0 --cache --cache-strategy content',
  'eslint --rule key-spacing:2 src',
  'stylelint **/*.css --custom-syntax postcss-scss',
  'make -j8 -C build PWD=/src/linux M=/src/module ARCH=x86_64 modules',
  'make KEYMAP=us TOKENIZER=fast BYPASS=1 all',
  'cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DUSE_AUTH=ON -DKEYBOARD_LAYOUT=de',
  'cmake -B build -DCTEST_PASS_REGULAR_EXPRESSION=ok -DBUILD_TOKENIZERS=OFF',
  'cmake --build build --target auth_tests --parallel 4 -- -k 0',
  'ctest --test-dir build -R token_ring --output-on-failure -j4',
  'ninja -C out/Release -k 0 passwordless keygen',
  'gcc -O2 -pthread -pipe -pg -DHAVE_TOKEN_H -DKEY_SIZE=256 -c src/token.c -o token.o',
  'g++ -std=c++20 -Wl,-rpath,/opt/lib -DPASS_COUNT=3 -lcrypto main.o -o main',
  'ld -plugin liblto.so -plugin-opt=-pass-through=-lgcc -o a.out',
  'rustc --crate-name auth --edition=2024 -C metadata=ab12cd34ef56ab78 -C opt-level=3',
  'cargo build --release -p token-service --features auth,keys --jobs 2',
  'cargo test --workspace -- --skip basic_auth --test-threads 4',
  'go build -trimpath -ldflags=-s -o bin/keyserver ./cmd/keyserver',
  'go test -run TestTokenAuth/basic -count=1 -p 4 ./...',
  'mvn -B -pl auth-service -am package -DskipTests -P production',
  'mvn -T 1C verify -Dtest=TokenTest#passes -Dsurefire.failIfNoSpecifiedTests=false',
  'gradle :auth:assemble -Porg.gradle.caching=true --no-daemon --max-workers=2',
  'bazel build //auth/token:all --jobs=4 --keep_going --disk_cache=/var/cache/bazel',
  'docker build -t registry.example.com/auth:v1.2.3 --build-arg NODE_VERSION=24 .',
  'docker build --secret id=npmrc,src=.npmrc --target builder .',
  'docker run --rm -u 1000:1000 -p 3306:3306 --name mysql -e TZ=UTC mysql:8.4',
  'docker run --rm --user 1000:100 -v /src:/src -w /src keycloak/keycloak:26 build',
  'docker compose -p mysql -f compose.yml up --build --wait',
  'podman build --build-arg KEYRING=/usr/share/keyrings/a.gpg -f Containerfile .',
  'git clone --depth 1 https://github.com/acme/token-auth.git',
  'git clone git@github.com:acme/keys.git',
  'git push -u origin HEAD:main',
  'git -c core.sshCommand=ssh submodule update --init --recursive',
  'ssh -o StrictHostKeyChecking=no -i id_ed25519.key -p 22 deploy@host make',
  'rsync -avz --delete -e ssh dist/ deploy@host:/srv/auth/',
  'curl -fsSL https://registry.npmjs.org/@scope/token/-/token-1.0.0.tgz -o token.tgz',
  'curl --cookie-jar cookies.txt --retry 3 http://localhost:8080/auth?code=ok',
  'python -m pytest -k token -p no:cacheprovider tests/auth',
  'pip install --require-hashes -r requirements.txt --no-cache-dir',
  'pip install sk-learn-contrib tokenizers==0.21.0 passlib[bcrypt]==1.7.4',
  'python train.py --tokenizer bert-base-uncased --max-tokens 4096 --num_tokens=128',
  'ffmpeg -i in.mp4 -pass 1 -passlogfile log -f null /dev/null',
  'sort --key=2 --field-separator=: --unique words.txt',
  'tar -czpf out.tgz --exclude=*.key dist',
  'mkdir -p mysql/data mysql/keys',
  'apt-get install -y --no-install-recommends mysql-client sshpass zip',
  'kubectl apply -f auth/secrets.yaml --server-side --field-manager=ci',
  'helm upgrade auth ./chart --set image.tag=v1.2.3 --set replicas=2',
  'terraform plan -input=false -var-file=prod.tfvars -out=plan.out',
  'aws s3 sync dist s3://bucket/auth --delete --cache-control max-age=60',
  'jq --arg key version .version package.json',
  'redis-server --port 6380 --save --appendonly no',
];
test('command lines without secrets stay unchanged', (t) => {
  t.true(plain.length >= 60);
  for (const line of plain) {
    const command = line.split(' ');
    t.deepEqual(redactedCommand(command), command);
    t.deepEqual(redactedCommand(['sh', '-c', line]), ['sh', '-c', line]);
    t.is(redactedText(line), line);
  }
  const titles = ['basic usage works', 'bearer auth is refused', 'Basic Rendering of a page'];
  for (const title of titles) t.is(redactedText(title), title);
});

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
      ['mysql', '-uroot', `-p${secret}`, 'db'],
      ['sh', '-c', `a && mysql -uroot -p'${secret.replaceAll("'", '')}' db`],
      ['a', '--bearer', secret, `--pw=${secret}`],
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
    '"\\',
    '\\"',
    '\'"',
    'mysql -p ',
    'basic  ',
    'SG.',
  ]) {
    t.is(typeof redactedText(part.repeat(4_096)), 'string');
  }
});
