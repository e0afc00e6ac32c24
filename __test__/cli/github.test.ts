import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';
import { holding } from '../helpers/tasks.js';

function actions(t: ExecutionContext, before = ''): { file: string; env: NodeJS.ProcessEnv } {
  const file = join(temporaryFolder(t), 'summary.md');
  writeFileSync(file, before);
  return { file, env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file } };
}

test('a run is appended to the job summary', async (t) => {
  const { file, env } = actions(t, '## before\n');
  const { stdout } = await memtop(['--', 'cat', file], { env });
  t.is(stdout.toString(), '## before\n');
  t.regex(readFileSync(file, 'utf8'), /^## before\n\n### memtop: `cat [^\n]+\n\n\*\*Peak /);
  await memtop(['--label', 'second', '--', 'true'], { env });
  t.regex(readFileSync(file, 'utf8'), /### memtop: `cat [\s\S]+\n\n### memtop: `second`\n/);
});

test('a run that the guard ends is annotated, also a quiet one', async (t) => {
  const { file, env } = actions(t);
  const cwd = temporaryFolder(t);
  const args = ['--quiet', '--limit', '60M', '--', ...holding(200, 60)];
  const { code, stderr } = await memtop(args, { env, cwd });
  t.is(code, 123);
  t.regex(stderr, /^::error title=memtop::ended by the guard: it had \S+, past its limit of 60MB/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a log must not hold any
  t.notRegex(stderr, /[\u0000-\u0009\u000b-\u001f]/);
  t.is(readFileSync(file, 'utf8'), '');
});

test('annotations and job summary can be switched off', async (t) => {
  for (const no of ['flag', 'variable', 'config', 'elsewhere'] as const) {
    const { file, env } = actions(t);
    const cwd = temporaryFolder(t);
    if (no === 'config') writeFileSync(join(cwd, 'memtop.config.json'), '{"github": false}');
    const flags = no === 'flag' ? ['--no-github'] : [];
    const more = no === 'variable' ? { MEMTOP_NO_GITHUB: '1' } : {};
    const there = no === 'elsewhere' ? { ...env, GITHUB_ACTIONS: '' } : env;
    const options = { env: { ...there, ...more }, cwd };
    const { stderr } = await memtop([...flags, '--warn', '10K', '--', ...holding(20)], options);
    t.notRegex(stderr, /^::/m);
    t.is(readFileSync(file, 'utf8'), '');
  }
});

test('a summary that cannot be written is one warning, and no failure', async (t) => {
  const { file, env } = actions(t, 'x'.repeat(1024 ** 2 - 100));
  const full = await memtop(['--', 'sh', '-c', 'exit 3'], { env });
  t.is(full.code, 3);
  t.regex(
    full.stderr,
    /\nmemtop: warning: the job summary was not written: it would be over 1 MiB\n$/,
  );
  t.is(readFileSync(file).length, 1024 ** 2 - 100);
  const folder = join(temporaryFolder(t), 'folder');
  mkdirSync(folder);
  const broken = await memtop(['--', 'true'], { env: { ...env, GITHUB_STEP_SUMMARY: folder } });
  t.is(broken.code, 0);
  t.is(broken.stderr.match(/warning:/g)?.length, 1);
});

test('a run and a gate over their budget are annotated', async (t) => {
  const { env } = actions(t);
  const cwd = temporaryFolder(t);
  const command = ['--json', 'result.json', '--label', 'big', '--', ...holding(60)];
  const plain = await memtop(['--quiet', '--max-peak', '10M', ...command], { env, cwd });
  t.is(plain.code, 120);
  const over =
    /^::error title=memtop%3A big::over budget: .+: peak \S+, \S+ above the 10MB allowed$/m;
  t.regex(plain.stderr, over);
  const gated = ['gate', '--max-peak', '10M', 'result.json'];
  const gate = await memtop(gated, { env, cwd });
  t.is(gate.code, 120);
  t.regex(gate.stderr, over);
  for (const more of [['--no-github'], ['--max-peak', '900M']]) {
    const { stderr } = await memtop(
      [...gated.slice(0, more.length === 2 ? 1 : 3), ...more, 'result.json'],
      { env, cwd },
    );
    t.notRegex(stderr, /^::/m);
  }
});
