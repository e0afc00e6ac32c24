import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../../ts/package.js';
import { writeCrashFiles } from '../../../ts/tracker/result/crash-files.js';
import { crash } from '../../helpers/crash.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { Running } from '../../helpers/processes.js';

/** In the local time zone. */
const stamp = new Date(crash.at.getTime() - crash.at.getTimezoneOffset() * 60_000)
  .toISOString()
  .replaceAll(/[-:]/g, '')
  .replace('T', '-')
  .slice(0, 15);
const dumpName = `memtop-crash-dump-${stamp}.json`;
const summaryName = `memtop-crash-summary-${stamp}.txt`;

test('the dump and its summary are named by the time and readable by the owner only', (t) => {
  const folder = temporaryFolder(t);
  const files = writeCrashFiles(crash, folder);
  t.deepEqual(files, {
    dumpFile: join(folder, dumpName),
    summaryFile: join(folder, summaryName),
  });
  t.deepEqual(readdirSync(folder).sort(), [dumpName, summaryName]);
  for (const name of [dumpName, summaryName])
    t.is(statSync(join(folder, name)).mode & 0o777, 0o600);
});

test('the files hold what is known, and of memtop itself its version and threads', (t) => {
  const folder = temporaryFolder(t);
  const { dumpFile = '', summaryFile = '' } = writeCrashFiles(crash, folder);
  const dump = JSON.parse(readFileSync(dumpFile, 'utf8'));
  t.is(dump.schema, 'memtop.crash/1');
  t.is(dump.runtime.nodeVersion, process.version);
  t.true(dump.runtime.threads >= 1);
  t.true(readFileSync(summaryFile, 'utf8').endsWith(`Everything that is known: ${dumpFile}\n`));
});

test('nothing is overwritten: both names get the next free number', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, dumpName), 'mine');
  writeFileSync(join(folder, `memtop-crash-summary-${stamp}-2.txt`), 'mine');
  symlinkSync('/no/such/file', join(folder, `memtop-crash-dump-${stamp}-3.json`));
  t.deepEqual(writeCrashFiles(crash, folder), {
    dumpFile: join(folder, `memtop-crash-dump-${stamp}-4.json`),
    summaryFile: join(folder, `memtop-crash-summary-${stamp}-4.txt`),
  });
  t.is(readFileSync(join(folder, dumpName), 'utf8'), 'mine');
  t.is(readdirSync(folder).length, 5);
});

test('a folder that is not there is a problem, not an exception', (t) => {
  const folder = join(temporaryFolder(t), 'none');
  const { problem, ...files } = writeCrashFiles(crash, folder);
  t.deepEqual(files, {});
  t.is(problem, `ENOENT: no such file or directory, open '${join(folder, dumpName)}'`);
});

test('a folder that cannot be written to is a problem', (t) => {
  const { problem, ...files } = writeCrashFiles(crash, '/proc/self');
  t.deepEqual(files, {});
  t.regex(problem ?? '', /^E[A-Z]+: .+memtop-crash-dump-/);
});

/** The output of a program that writes the files to a disk of this size. */
async function onDiskOf(t: Parameters<typeof temporaryFolder>[0], bytes: number, script: string) {
  const folder = join(temporaryFolder(t), 'disk');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const own = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const inside = 'cd "$2" && mount -t tmpfs -o "size=$1" none "$3" && shift 3 && exec "$@"';
  const program = `
    import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
    import { writeCrashFiles } from '${join(packageRoot, 'ts/tracker/result/crash-files.ts')}';
    import { crash } from '${join(packageRoot, '__test__/helpers/crash.ts')}';
    const folder = ${JSON.stringify(folder)};
    ${script}
    const files = writeCrashFiles(crash, folder);
    const left = readdirSync(folder).map((name) => readFileSync(folder + '/' + name, 'utf8'));
    process.stdout.write(JSON.stringify({ files, left }));`;
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', program];
  const args = [...own, 'sh', '-c', inside, 'sh', `${bytes}`, packageRoot, folder, ...node];
  const running = new Running('unshare', args);
  running.child.stdin?.end();
  const { code, stdout, stderr } = await running.finished();
  t.is(code, 0, stderr);
  return { folder, ...JSON.parse(stdout.toString()) };
}

/** More processes than a summary lists. */
const large =
  'crash.processes = Array.from({ length: 99 }, (_, pid) => ({ ...crash.processes[0], pid }));';

test('without space for the dump the summary says so, and no partial file is left', async (t) => {
  const { files, left, folder } = await onDiskOf(t, 4096, large);
  t.deepEqual(files, {
    summaryFile: join(folder, summaryName),
    problem: 'ENOSPC: no space left on device, write',
  });
  t.is(left.length, 1);
  t.regex(left[0], /known: no dump was written: ENOSPC: no space left on device, write\n$/);
});

test('on a full disk nothing is left', async (t) => {
  const fill = "writeFileSync(folder + '/filler', Buffer.alloc(4096));";
  const { files, left } = await onDiskOf(t, 4096, fill);
  t.deepEqual(files, { problem: 'ENOSPC: no space left on device, write' });
  t.is(left.length, 1);
});
