/** What is read from files as Nx 24.0.6, Lerna 9.0.7 and turbo 2.11.11 wrote them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isOfLerna, nxTasks } from '../../../ts/attribution/records/nx-run.js';
import { folderName, repositoryAt } from '../../../ts/attribution/records/nx-workspace-id.js';
import { recordsSince } from '../../../ts/attribution/records/read.js';
import { mayHaveRecords } from '../../../ts/attribution/records/records.js';
import { turboTasks } from '../../../ts/attribution/records/turbo-run.js';
import { withRecords } from '../../../ts/attribution/records/with-records.js';
import { resultSchema } from '../../../ts/result/schema.js';
import type { Result, Run, Task } from '../../../ts/result/types.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { fixture } from '../../helpers/processes.js';

const recorded = (name: string) => JSON.parse(readFileSync(fixture(join('runners', name)), 'utf8'));

const nxRun = recorded('nx-run.json');
const startedAt = '2026-11-20T21:59:30.000Z';
const span = { startMs: Date.parse(startedAt), endMs: Date.parse('2026-11-20T21:59:32.000Z') };
const anyTime = { startMs: 0, endMs: Number.MAX_SAFE_INTEGER };

function resultWith(tasks?: Task[], run: Partial<Run> = {}): Result {
  return {
    schema: 'memtop.result/2',
    memtopVersion: '0.1.0',
    run: {
      id: '1',
      command: ['sh', 'build'],
      cwd: '/',
      startedAt,
      endedAt: '2026-11-20T21:59:32.000Z',
      durationMs: 2000,
      host: { os: 'linux', arch: 'x64', kernel: '6', cpus: 2, memoryBytes: 1 },
      ...run,
    },
    exit: { code: 0, signal: null, cause: 'exit' },
    sampling: { method: 'scanned' },
    ...(tasks && { tasks }),
    warnings: [],
  };
}

test('a task that Nx took from a cache is added, with its configuration in its name', (t) => {
  const result = withRecords(resultWith(), nxTasks(nxRun, span, 'nx'));
  t.deepEqual(result.tasks, [
    {
      id: 'a:build:prod',
      source: 'nx',
      status: 'cached',
      cache: 'local',
      startedAtMs: 1188,
      durationMs: 1,
      processCount: 0,
    },
  ]);
  t.deepEqual(resultSchema.parse(result), result);
});

test('how a task ended is taken from its runner only where memtop does not know', (t) => {
  const seen = (id: string, rest: Partial<Task> = {}): Task => ({
    id,
    source: 'nx',
    status: 'ended',
    durationMs: 1,
    processCount: 1,
    ...rest,
  });
  const signal = { code: null, signal: 'SIGKILL', cause: 'signal' } as const;
  const exitIn = (task: Task) =>
    withRecords(resultWith([task]), nxTasks(nxRun, span, 'nx')).tasks?.[0]?.exit;
  const failed = { code: null, signal: null, cause: 'exit' } as const;
  t.deepEqual(exitIn(seen('c:noop'))?.code, 0);
  t.deepEqual(exitIn(seen('b:build')), failed);
  t.deepEqual(exitIn(seen('b:build', { source: 'lerna' })), failed);
  t.deepEqual(exitIn(seen('b:build', { exit: signal })), signal);
  t.is(exitIn(seen('b:build', { status: 'running' })), undefined);
  t.is(exitIn(seen('b:build', { source: 'npm' })), undefined);
});

test('an observed task stays unchanged, even if a later run was served from a cache', (t) => {
  const ran: Task = { id: 'a:build:prod', source: 'nx', status: 'ended', durationMs: 9 };
  const { tasks } = withRecords(resultWith([ran]), nxTasks(nxRun, span, 'nx'));
  t.deepEqual(tasks, [ran]);
});

test('a remote cache hit of Nx differs from a local one', (t) => {
  const [first] = nxRun.tasks;
  const remote = { ...nxRun, tasks: [{ ...first, cacheStatus: 'remote-cache-hit' }] };
  t.is(nxTasks(remote, span, 'nx')[0]?.cache, 'remote');
});

test('a record written at the end of a run counts even if the run was slow to start', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, '.nx/cache'), { recursive: true });
  const now = Date.now();
  const at = (ms: number) => new Date(now + ms).toISOString();
  const task = { taskId: 'a:build', cacheStatus: 'local-cache-hit', status: 0 };
  const times = { startTime: at(-150), endTime: at(0) };
  const content = { run: { ...times, command: 'nx run a:build' }, tasks: [{ ...task, ...times }] };
  writeFileSync(join(cwd, '.nx/cache/run.json'), JSON.stringify(content));
  const run = { cwd, startedAt: at(-1000), endedAt: at(-100), durationMs: 900 };
  const before = resultWith(undefined, run);
  const startMs = Date.parse(before.run.startedAt);
  const records = await recordsSince(startMs, cwd, { HOME: cwd }, undefined);
  const result = withRecords(before, records);
  t.deepEqual(
    result.tasks?.map(({ id }) => id),
    ['a:build'],
  );
});

test('a file of another run is ignored', (t) => {
  const [before, after] = [span.startMs - 5000, span.endMs + 5000];
  t.deepEqual(nxTasks(nxRun, { startMs: before, endMs: span.startMs }, 'nx'), []);
  t.deepEqual(nxTasks(nxRun, { startMs: span.endMs, endMs: after }, 'nx'), []);
  t.deepEqual(nxTasks(nxRun, { startMs: span.startMs, endMs: span.startMs + 1100 }, 'nx'), []);
  t.deepEqual(turboTasks(recorded('turbo-run.json'), span, undefined), []);
});

test('a file with other content is ignored', (t) => {
  const { run } = nxRun;
  const [task] = nxRun.tasks;
  const strange: unknown[] = [
    ...[undefined, null, 1, 'text', [], {}, { run: 1, tasks: 2 }, { run, tasks: 'all' }],
    { run, tasks: [null, 1, [], { ...task, taskId: 1 }, { ...task, cacheStatus: 'new' }] },
    {
      run,
      tasks: [
        { ...task, cacheStatus: 'toString' },
        { ...task, startTime: 'soon' },
      ],
    },
    { run: { ...run, endTime: run.startTime, startTime: run.endTime }, tasks: [task] },
  ];
  for (const file of strange) {
    t.deepEqual(nxTasks(file, anyTime, 'nx'), [], JSON.stringify(file));
    t.deepEqual(turboTasks(file, anyTime, 'root'), [], JSON.stringify(file));
    t.false(isOfLerna(file));
  }
  const [without] = nxTasks({ run, tasks: [{ ...task, status: null }] }, span, 'nx');
  t.false('code' in (without ?? {}));
});

test('tasks of Lerna have Lerna as their source', (t) => {
  const file = recorded('lerna-run.json');
  t.true(isOfLerna(file));
  t.false(isOfLerna(nxRun));
  const tasks = nxTasks(file, anyTime, 'lerna');
  t.deepEqual(
    tasks.map(({ id, source, cache }) => ({ id, source, cache })),
    ['@x/b:build', '@x/a:build'].map((id) => ({ id, source: 'lerna', cache: 'local' })),
  );
});

test('cached tasks of turbo have the same names as executed ones', (t) => {
  const file = recorded('turbo-run.json');
  const listed = (rootName?: string) =>
    turboTasks(file, anyTime, rootName).map(({ id, cache, code }) => ({ id, cache, code }));
  t.deepEqual(listed('workspace'), [
    { id: 'workspace#rootbuild', cache: 'local', code: 0 },
    { id: 'api#build', cache: 'local', code: 0 },
    { id: 'bad#build', cache: undefined, code: 3 },
    { id: 'web#build', cache: 'local', code: 0 },
  ]);
  t.is(listed()[0]?.id, '//#rootbuild');
  const [first] = file.tasks;
  const single = {
    ...file,
    tasks: [{ ...first, taskId: 'build', cache: { status: 'HIT', source: 'REMOTE' } }],
  };
  const [task] = turboTasks(single, anyTime, 'alone');
  t.is(task?.id, 'alone#build');
  t.is(task?.cache, 'remote');
});

test('a repository has the same name for every form of its URL', (t) => {
  for (const address of [
    'git@example.org:Group/project.git',
    'ssh://git@example.org:2222/group/project',
    'https://example.org/group/project.git',
    'https://user:secret@EXAMPLE.org/group/project',
  ]) {
    t.is(repositoryAt(address), 'example.org/group/project', address);
  }
  t.is(repositoryAt('https://example.org/group/sub/project/'), 'example.org/group/sub/project');
  t.is(repositoryAt('../project.git'), undefined);
  // As Nx 24.0.6 called the folder of a workspace with this id of Nx Cloud.
  t.is(folderName('abc123'), '6ca13d52ca70c883');
});

test('records are looked for only where a runner may have written some', (t) => {
  const task: Task = { id: 'a:build', source: 'turbo', status: 'ended' };
  t.true(mayHaveRecords(resultWith([task])));
  t.false(mayHaveRecords(resultWith([{ ...task, source: 'npm' }])));
  for (const command of [
    ['npx', 'nx', 'run-many'],
    ['sh', '-c', 'cd app && nx build'],
    ['node_modules/.bin/lerna', 'run', 'build'],
    ['npx', 'turbo@2', 'build'],
  ]) {
    t.true(mayHaveRecords(resultWith([], { command })), command.join(' '));
  }
  t.false(mayHaveRecords(resultWith([], { command: ['lynx', 'linux', 'nx-like', 'turbofan'] })));
  t.false(
    mayHaveRecords({
      ...resultWith([task]),
      exit: { code: 127, signal: null, cause: 'not-started' },
    }),
  );
  t.false(mayHaveRecords(resultWith([], { cwd: temporaryFolder(t) })));
  t.true(mayHaveRecords(resultWith([], { cwd: join(fixture('runners'), 'nx-workspace', 'deep') })));
});
