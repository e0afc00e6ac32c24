import {
  chownSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test from 'ava';
import { createReportFolder, removeReportFolder } from '../../ts/heap/report-folder.js';
import { temporaryFolder } from '../helpers/folder.js';
import { testNeeding } from '../helpers/needs.js';
import { memtop, startMemtop, until } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

const [namespace] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
const unusedPid = 4_194_305;

/** Such a folder of another process. */
function madeBy(parent: string, pid: number, ticks: number | string, space = namespace): string {
  const folder = join(parent, `memtop-heap-${pid}-${ticks}-${space}-abcDEF`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'report'), '1');
  return folder;
}

test('folders of processes that are gone are removed', (t) => {
  const parent = temporaryFolder(t);
  const gone = madeBy(parent, unusedPid, 7);
  const reused = madeBy(parent, process.pid, 7);
  const own = createReportFolder(parent);
  t.deepEqual([existsSync(gone), existsSync(reused), existsSync(own)], [false, false, true]);
});

test('those of processes that are there are left alone, and those of other pid namespaces', (t) => {
  const parent = temporaryFolder(t);
  const own = createReportFolder(parent);
  const elsewhere = madeBy(parent, unusedPid, 7, '4026530000');
  const other = createReportFolder(parent);
  t.deepEqual([own, elsewhere, other].map(existsSync), [true, true, true]);
  removeReportFolder(own);
  t.false(existsSync(own));
});

test('nothing else is removed', (t) => {
  const parent = temporaryFolder(t);
  const target = madeBy(temporaryFolder(t), unusedPid, 7);
  const name = basename(target);
  const link = join(parent, name.replace('abcDEF', 'ABCdef'));
  symlinkSync(target, link);
  const file = join(parent, name.replace('abcDEF', 'ABCDEF'));
  writeFileSync(file, '');
  const others = ['memtop-heap-', `${name}-more`, `x${name}`].map((name) => join(parent, name));
  for (const other of others) mkdirSync(other);
  createReportFolder(parent);
  for (const path of [join(target, 'report'), link, file, ...others])
    t.true(existsSync(path), path);
});

testNeeding(unlessRoot())('those of other users are left alone', (t) => {
  const folder = madeBy(temporaryFolder(t), unusedPid, 7);
  chownSync(folder, 12345, 12345);
  createReportFolder(dirname(folder));
  t.true(existsSync(folder));
});

test('the folder of a memtop that was killed is removed by a later run', async (t) => {
  const TMPDIR = temporaryFolder(t);
  const env = { TMPDIR, XDG_CACHE_HOME: temporaryFolder(t) };
  const script = 'echo "$MEMTOP_HEAP_DIR"; exec sleep 60';
  const killed = startMemtop(['-q', '--heap', '--', 'sh', '-c', script], { env });
  await killed.printed('\n');
  const folder = killed.stdout.toString().trim();
  t.is(dirname(folder), TMPDIR);
  killed.child.kill('SIGKILL');
  await killed.finished();
  await until(() => existsSync(folder), 'the folder');
  const later = await memtop(['-q', '--heap', '--', 'true'], { env });
  t.is(later.code, 0, later.stderr);
  t.false(existsSync(folder));
});
