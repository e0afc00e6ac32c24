/** Commands in surroundings where something that memtop uses is missing, full or closed. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, fixture, memtop, Running, withoutMemtop } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

const node = `'${process.execPath}' -e 0`;
/** Where not even root can create anything. */
const readOnly = '/proc/self';
const summary = /^memtop: peak .*\n( .*\n)*/;

function run(environment: Record<string, string | undefined>, flags: readonly string[]) {
  const env = { ...withoutMemtop(process.env), MEMTOP_HEAP: '1', ...environment };
  const args = [cliPath, ...flags, '--', 'sh', '-c', `${node}; exit 3`];
  return new Running(process.execPath, args, { env }).finished();
}

for (const [what, TMPDIR] of [
  ['does not exist', '/proc/no/such/folder'],
  ['cannot be written', readOnly],
  ['is a file', '/dev/null'],
] as const) {
  test(`a command runs where the temporary folder ${what}`, async (t) => {
    const { code, stderr } = await run({ TMPDIR }, ['--no-store']);
    t.is(code, 3);
    t.regex(stderr.replace(summary, ''), /^memtop: warning: no heap was looked at: [^\n]+\n$/);
  });
}

testNeeding(unlessRoot())('a command runs where the disk is full', async (t) => {
  const folder = temporaryFolder(t);
  const script = `mount -t tmpfs -o size=4k none "$FULL" && cd "$FULL" &&
    { cat /dev/zero > filled 2> /dev/null; exec "$@"; }`;
  const { code, stderr } = await memtop(
    ['--heap', '--store', 'store', '--', 'sh', '-c', `${node}; exit 3`],
    {
      as: ['unshare', '--mount', 'sh', '-c', script, 'sh'],
      env: { FULL: folder, TMPDIR: folder, XDG_CACHE_HOME: join(folder, 'cache') },
    },
  );
  t.is(code, 3, stderr);
  const warnings = stderr.replace(summary, '').trimEnd().split('\n');
  t.is(warnings.length, 2, stderr);
  t.regex(warnings[0] ?? '', /^memtop: warning: no Node process reported its heap/);
  t.regex(warnings[1] ?? '', /^memtop: warning: the run is not recorded: /);
});

for (const [what, HOME] of [
  ['unset', undefined],
  ['empty', ''],
  ['a folder that cannot be written', readOnly],
  ['relative', 'home'],
] as const) {
  test(`a command runs where HOME is ${what}`, async (t) => {
    const others = { XDG_DATA_HOME: undefined, XDG_CACHE_HOME: undefined };
    const { code, stderr } = await run(
      { HOME, ...others },
      HOME === undefined ? ['--no-store'] : [],
    );
    t.is(code, 3);
    const rest = stderr.replace(summary, '');
    t.regex(
      rest,
      HOME === readOnly ? /^memtop: warning: the run is not recorded: [^\n]+\n$/ : /^$/,
    );
    t.false(existsSync('home'));
  });
}

for (const [flags, code, expected] of [
  [['--no-store'], 3, /^memtop: peak/m],
  [['--no-store', '--heap', '--chart', '--max-peak', '1G'], 3, /^memtop: peak/m],
  [
    ['--no-store', '--limit', '60M', '--grace', '0s'],
    123,
    /^memtop: no crash dump could be written/m,
  ],
] as const) {
  test(`a command runs where the current folder was removed: ${flags.join(' ')}`, async (t) => {
    const folder = join(temporaryFolder(t), 'gone');
    mkdirSync(folder);
    const inner =
      code === 123 ? `exec '${process.execPath}' '${fixture('allocate.js')}' 200 60000` : 'exit 3';
    const script = 'rmdir "$PWD"; exec "$@"';
    const args = [process.execPath, cliPath, ...flags, '--', 'sh', '-c', inner];
    const done = await new Running('sh', ['-c', script, 'sh', ...args], {
      cwd: folder,
      env: withoutMemtop(process.env),
    }).finished();
    t.is(done.code, code, done.stderr);
    t.regex(done.stderr, expected);
    t.notRegex(done.stderr, /node:internal|file:\/\//);
  });
}

for (const closed of ['0<&-', '1>&-', '2>&-', '0<&- 1>&- 2>&-', '1>&- 2>&-']) {
  test(`a command runs where descriptors are closed: ${closed}`, async (t) => {
    const file = join(temporaryFolder(t), 'result');
    const flags = ['--heap', '--json', file];
    const args = [process.execPath, cliPath, ...flags, '--', 'sh', '-c', 'echo out; exit 3'];
    const { code, stdout } = await new Running('sh', ['-c', `exec "$@" ${closed}`, 'sh', ...args], {
      env: withoutMemtop(process.env),
    }).finished();
    t.is(code, 3);
    t.is(stdout.toString(), closed.includes('1>') ? '' : 'out\n');
    t.true(existsSync(file));
  });
}
