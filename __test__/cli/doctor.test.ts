import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { packageRoot } from '../../ts/package.js';
import { columnsOfLogs } from '../../ts/report/look.js';
import { temporaryFolder } from '../helpers/folder.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';

/** A copy of what npm installs, without any addon. */
function installed(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  for (const name of ['package.json', 'dist']) {
    cpSync(join(packageRoot, name), join(folder, name), { recursive: true });
  }
  return folder;
}

function doctorIn(folder: string) {
  return new Running(process.execPath, [join(folder, 'dist/cli.js'), 'doctor']).finished();
}

const ids = [
  'addon',
  'kernel',
  'proc',
  'pss',
  'events',
  'cgroup',
  'run-cgroup',
  'exact-peak',
  'memory',
  'swap',
  'pressure',
  'open-files',
];

test('the report fits a screen and covers each check', async (t) => {
  const { code, stdout, stderr } = await memtop(['doctor']);
  t.is(code, 0);
  t.is(stderr, '');
  const lines = stdout.toString().trimEnd().split('\n');
  t.true(lines.length <= 24, stdout.toString());
  t.true(lines.every((line) => /^([✓!✗] \S| {2})/.test(line) && line.length <= columnsOfLogs));
  t.regex(stdout.toString(), /^✓ addon +loaded/);
});

test('--json prints the same for programs', async (t) => {
  const { code, stdout } = await memtop(['doctor', '--json']);
  t.is(code, 0);
  const answer = JSON.parse(stdout.toString());
  t.is(answer.schema, 'memtop.doctor/1');
  t.deepEqual(
    // Needed only where the kernel sends no events.
    answer.checks.map(({ id }: { id: string }) => id).filter((id: string) => id !== 'ptrace'),
    ids,
  );
  t.true(answer.facts.survey.processes.visible >= 1);
});

test('without /proc it says so and exits with 0', async (t) => {
  const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const inside = 'mount -t tmpfs none /proc && exec "$@"';
  const command = ['sh', '-c', inside, 'sh', process.execPath, cliPath, 'doctor'];
  const { code, stdout } = await new Running('unshare', [...unshare, ...command]).finished();
  t.is(code, 0);
  t.regex(stdout.toString(), /✗ processes +\/proc: procfs is not mounted here/);
});

test('without the addon it says why and exits with 0', async (t) => {
  const { code, stdout } = await doctorIn(installed(t));
  t.is(code, 0);
  t.regex(stdout.toString(), /^✗ addon +the package memtop-\S+ is not installed/);
});

test('an addon that does not load is named', async (t) => {
  const folder = installed(t);
  symlinkSync('/dev/null', join(folder, `memtop.linux-${process.arch}-gnu.node`));
  const { code, stdout } = await doctorIn(folder);
  t.is(code, 0);
  t.regex(stdout.toString(), /^✗ addon +\S+memtop\.linux-\S+ does not load/);
});

test('an unexpected argument or flag is a usage error', async (t) => {
  for (const [args, message] of [
    [['doctor', 'me'], /^memtop: unexpected argument me; doctor takes none/],
    [['doctor', '--', 'ls'], /^memtop: unexpected argument ls; doctor takes none/],
    [['doctor', '--jason'], /^memtop: unknown flag --jason; did you mean --json\?/],
  ] as const) {
    const { code, stderr } = await memtop(args);
    t.is(code, 2);
    t.regex(stderr, message);
  }
});
