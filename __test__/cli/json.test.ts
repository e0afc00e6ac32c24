import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { resultSchema } from '../../ts/result/schema.js';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';

test('the result is what the schema says', async (t) => {
  const file = join(temporaryFolder(t), 'result.json');
  await memtop(['-q', '--json', file, '--', 'sleep', '0.1']);
  const result = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  t.is(result.schema, 'memtop.result/2');
  t.is(
    Date.parse(result.run.endedAt) - Date.parse(result.run.startedAt),
    Math.trunc(result.run.durationMs),
  );
});

test("'-' is standard output, after the command's own", async (t) => {
  const { stdout } = await memtop(['-q', '--json', '-', '--', 'echo', 'own']);
  t.regex(stdout.toString(), /^own\n\{\n/);
  t.notThrows(() => resultSchema.parse(JSON.parse(stdout.toString().slice(4))));
});

test('a file that cannot be written is found before the command starts', async (t) => {
  const folder = temporaryFolder(t);
  const marker = join(folder, 'started');
  for (const path of [join(folder, 'no/such/folder/x.json'), folder]) {
    const { code, stderr } = await memtop(['--json', path, '--', 'touch', marker]);
    t.is(code, 125);
    t.regex(stderr, /^memtop: --json \S+ cannot be written: [^\n]+\n$/);
  }
  t.false(existsSync(marker));
});

test('the old content of the file stays until the command has ended', async (t) => {
  const file = join(temporaryFolder(t), 'result.json');
  writeFileSync(file, 'before');
  const { stdout } = await memtop(['-q', '--json', file, '--', 'cat', file]);
  t.is(stdout.toString(), 'before');
  t.notThrows(() => JSON.parse(readFileSync(file, 'utf8')));
});

test('a command that clears the folder of its result still gets one', async (t) => {
  const folder = join(temporaryFolder(t), 'out');
  mkdirSync(folder);
  const file = join(folder, 'result.json');
  const script = 'rm -r "$0" && mkdir "$0"';
  const { code, stderr } = await memtop(['-q', '--json', file, '--', 'sh', '-c', script, folder]);
  t.is(code, 0);
  t.is(stderr, '');
  t.notThrows(() => resultSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
});

test('a full disk costs the result, not the run, and leaves nothing half-written', async (t) => {
  const { code, stderr } = await memtop(['-q', '--json', '/dev/full', '--', 'sh', '-c', 'exit 3']);
  t.is(code, 3);
  t.regex(stderr, /^memtop: warning: --json \/dev\/full was not written: ENOSPC[^\n]*\n$/);
});

test('a command that did not start has a result that says so', async (t) => {
  const file = join(temporaryFolder(t), 'result.json');
  const { code } = await memtop(['-q', '--json', file, '--', 'no-such-command']);
  t.is(code, 127);
  const result = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  t.like(result.exit, {
    code: 127,
    cause: 'not-started',
    message: 'no-such-command: command not found',
  });
  t.false('peak' in result);
});

test('a result larger than a pipe buffer arrives whole', async (t) => {
  const long = 'x'.repeat(100_000);
  const { stdout } = await memtop(['-q', '--json', '-', '--', 'true', long]);
  t.is(JSON.parse(stdout.toString()).run.command[1], long);
});

test('the file has the permissions that any new file would have', async (t) => {
  const file = join(temporaryFolder(t), 'result.json');
  await memtop(['-q', '--json', file, '--', 'true']);
  t.is(statSync(file).mode & 0o777, 0o666 & ~process.umask());
});
