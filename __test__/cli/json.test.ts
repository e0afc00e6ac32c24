import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

test('a new file is readable to its owner alone, an existing one keeps its mode', async (t) => {
  const folder = temporaryFolder(t);
  const modeOf = async (name: string, command = 'true') => {
    const file = join(folder, name);
    const sh = ['sh', '-c', command, file];
    const { code } = await memtop(['-q', '--json', file, '--csv', `${file}.csv`, '--', ...sh]);
    t.is(code, 0);
    t.notThrows(() => JSON.parse(readFileSync(file, 'utf8')));
    return statSync(file).mode & 0o777;
  };
  t.is(await modeOf('new'), 0o600);
  t.is(await modeOf('removed', 'rm "$0"'), 0o600);
  writeFileSync(join(folder, 'old'), 'before');
  chmodSync(join(folder, 'old'), 0o644);
  t.is(await modeOf('old'), 0o644);
  t.is(statSync(join(folder, 'new.csv')).mode & 0o777, 0o666 & ~process.umask());
});

const secret = 'hunter2';

for (const [name, flags, env] of [
  ['--redact', ['--redact'], {}],
  ['MEMTOP_REDACT', [], { MEMTOP_REDACT: '1' }],
] as const) {
  test(`${name} removes secrets from the result`, async (t) => {
    const folder = temporaryFolder(t);
    const [file, plain] = [join(folder, 'redacted'), join(folder, 'plain')];
    const command = ['--', 'sh', '-c', ': "$@"; sleep 0.1', 'sh', '--token', secret];
    await memtop(['-q', ...flags, '--label', `PW=${secret}`, '--json', file, ...command], { env });
    await memtop(['-q', '--json', plain, ...command]);
    const text = readFileSync(file, 'utf8');
    t.false(text.includes(secret), text);
    const { run } = resultSchema.parse(JSON.parse(text));
    t.deepEqual(run.command.slice(-2), ['--token', '[redacted]']);
    t.is(run.label, 'PW=[redacted]');
    t.true(readFileSync(plain, 'utf8').includes(secret));
  });
}

test('--redact removes secrets from what a bench prints and stores', async (t) => {
  const folder = temporaryFolder(t);
  const sh = ['sh', '-c', ': "$@"', 'sh', '--token', secret];
  const flags = ['-q', '--redact', '-n', '2'];
  const { code, stdout } = await memtop(['bench', ...flags, '--', ...sh], { cwd: folder });
  t.is(code, 0);
  t.regex(stdout.toString(), /\[BUILD-MEM RESULT\] .*"--token","\[redacted\]"/);
  t.false(stdout.includes(secret));
  const file = join(folder, '.memtop/result-latest.json');
  const text = readFileSync(file, 'utf8');
  t.false(text.includes(secret));
  t.notThrows(() => resultSchema.parse(JSON.parse(text)));
});

test('the result of a bench is private, also where an older one was not', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, '.memtop/result-latest.json');
  mkdirSync(join(folder, '.memtop'));
  writeFileSync(file, '{}');
  chmodSync(file, 0o644);
  const { code } = await memtop(['bench', '-q', '--', 'true'], { cwd: folder });
  t.is(code, 0);
  t.is(statSync(file).mode & 0o777, 0o600);
});
