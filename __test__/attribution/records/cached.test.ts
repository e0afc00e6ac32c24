/** Tasks that real task runners took from their caches, in the result of a measured run. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resultSchema } from '../../../ts/result/schema.js';
import type { Result, Task } from '../../../ts/result/types.js';
import { temporaryFolder } from '../../helpers/folder.js';
import { modulesOf, whyNotInstalled } from '../../helpers/installed.js';
import { skip } from '../../helpers/needs.js';
import { type Finished, memtop, Running, withoutMemtop } from '../../helpers/processes.js';
import { commitAll, Workspace } from '../../nx/workspace.js';

/** `npm run test:runners` tries all of them. */
const all = process.env.MEMTOP_TEST_RUNNERS === 'all';

function real(
  title: string,
  name: string,
  version: string,
  act: (t: ExecutionContext) => Promise<void>,
) {
  test.serial(`${name} ${version}: ${title}`, async (t) => {
    t.timeout(240_000);
    const missing = whyNotInstalled(`${name}@${version}`);
    if (missing === undefined) return act(t);
    skip(t, missing);
  });
}

interface Where {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

async function measured(
  t: ExecutionContext,
  command: readonly string[],
  { cwd, env }: Where,
): Promise<Finished & { result: Result; tasks: Map<string, Task> }> {
  const file = join(temporaryFolder(t), 'result.json');
  const flags = ['--trace', 'off', '--cgroup', 'off', '--log-heap-usage', '--json', file];
  const finished = await memtop([...flags, '--', ...command], { cwd, env });
  const result: Result = JSON.parse(readFileSync(file, 'utf8'));
  t.deepEqual(resultSchema.parse(result), result);
  const tasks = new Map(
    result.tasks?.flatMap((task) => (task.kind === 'service' ? [] : [[task.id, task]])),
  );
  return { ...finished, result, tasks };
}

function isCached(t: ExecutionContext, task: Task | undefined, source: string): void {
  const { startedAtMs = -1, durationMs = -1, ...rest } = task ?? ({} as Partial<Task>);
  const { id: _id, ...fields } = rest;
  t.deepEqual(fields, { source, status: 'cached', cache: 'local', processCount: 0 });
  t.true(startedAtMs > 0 && durationMs >= 0, `${startedAtMs} ${durationMs}`);
}

/** From version 24 on, Nx ignores a home directory below /tmp. */
function homeFor(t: ExecutionContext, version: string): string {
  const home = mkdtempSync(`${dirname(modulesOf(`nx@${version}`))}-home-`);
  t.teardown(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  return home;
}

const ways = [
  { version: '24.0.6', daemon: false, isRepository: true, isOften: true },
  { version: '24.0.6', daemon: true, isRepository: false, isOften: true },
  { version: '24.0.6', daemon: true, isRepository: true, isOften: false },
  { version: '23.3.2', daemon: false, isRepository: true, isOften: false },
  { version: '22.7.12', daemon: true, isRepository: true, isOften: false },
];

for (const { version, daemon, isRepository } of ways.filter(({ isOften }) => all || isOften)) {
  const how = `${daemon ? 'with' : 'without'} the daemon, ${isRepository ? '' : 'no '}repository`;
  real(`${how}: the result names what a cache served`, 'nx', version, async (t) => {
    const workspace = new Workspace(t, version, { daemon, isRepository, hasPlugin: false });
    const home = homeFor(t, version);
    const env = { ...workspace.environment, HOME: home };
    const build = ['run-many', '-c', 'production', '-t', 'build'];
    const where = { cwd: join(workspace.folder, 'command'), env };
    const nx = [process.execPath, workspace.program, ...build];
    const first = await workspace.nx([...build, '-p', 'command', 'executor'], { env });
    t.is(first.code, 0, first.stderr);
    // Where this checkout lies below the folder for temporary files, so does the home.
    const canBeShared = version === '23.3.2' || !home.startsWith(`${tmpdir()}/`);
    const isShared = canBeShared && isRepository && version !== '22.7.12';
    t.not(existsSync(join(workspace.folder, '.nx/cache/run.json')), isShared);

    const whole = await measured(t, [...nx, '-p', 'command', 'executor'], where);
    t.is(whole.code, 0, whole.stderr);
    t.deepEqual([...whole.tasks.keys()].sort(), ['command:build:production', 'executor:build']);
    for (const task of whole.tasks.values()) isCached(t, task, 'nx');
    if (daemon && !all) return;

    const partly = await measured(t, [...nx, 'fail'], where);
    t.is(partly.code, 1, partly.stderr);
    t.deepEqual([...partly.tasks.keys()].sort(), [
      'command:build:production',
      'executor:build',
      'failing:fail',
      'script:build',
    ]);
    isCached(t, partly.tasks.get('command:build:production'), 'nx');
    isCached(t, partly.tasks.get('executor:build'), 'nx');
    const failed = partly.tasks.get('failing:fail');
    t.is(failed?.exit?.cause, 'exit');
    t.not(failed?.exit?.code, 0);
    t.true((failed?.peak?.bytes ?? 0) > 90 * 1024 * 1024);
    t.is(partly.tasks.get('script:build')?.exit?.code, 0);
    t.regex(partly.stderr, /^✓ command:build:production \[local cache\] \d+ms$/m);

    const inTask = { tasks: { all: { command: [...nx, '-p', 'command', 'executor'] } } };
    writeFileSync(join(workspace.folder, 'memtop.config.json'), JSON.stringify(inTask));
    const file = join(temporaryFolder(t), 'result.json');
    const ran = await memtop(['run', '--log-heap-usage', '--json', file, 'all'], where);
    t.is(ran.code, 0, ran.stderr);
    const { tasks = [] }: Result = JSON.parse(readFileSync(file, 'utf8'));
    const inner = tasks.filter(({ parent, kind }) => parent === 'all' && kind !== 'service');
    const ids = ['all > command:build:production', 'all > executor:build'];
    t.deepEqual(inner.map(({ id }) => id).sort(), ids);
    for (const { parent: _all, ...task } of inner) isCached(t, task, 'nx');
    t.regex(ran.stderr, /^✓ all > command:build:production \[local cache\] \d+ms$/m);
    t.regex(partly.stderr, /^ +- .*\d+ms {2}command:build:production \[local cache\]$/m);
  });
}

function packages(t: ExecutionContext, name: string, version: string, files: object): Where {
  const cwd = temporaryFolder(t);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), JSON.stringify(content));
  }
  writeFileSync(join(cwd, '.gitignore'), 'node_modules\n.turbo\n.nx\n');
  // A folder of its own, since caches may lie in it.
  const installed = modulesOf(`${name}@${version}`);
  mkdirSync(join(cwd, 'node_modules'));
  for (const entry of readdirSync(installed).filter((entry) => entry !== '.cache')) {
    symlinkSync(join(installed, entry), join(cwd, 'node_modules', entry));
  }
  const outside = withoutMemtop(process.env);
  const quiet = { TURBO_TELEMETRY_DISABLED: '1', NPM_CONFIG_UPDATE_NOTIFIER: 'false' };
  const env = {
    ...outside,
    ...quiet,
    LC_ALL: 'C.UTF-8',
    HOME: temporaryFolder(t),
    NX_DAEMON: 'false',
  };
  return { cwd, env };
}

const script = (name: string, build: string) => ({ name, version: '1.0.0', scripts: { build } });

real('a summary names what a cache served', 'turbo', '2.11.11', async (t) => {
  const where = packages(t, 'turbo', '2.11.11', {
    'package.json': {
      ...script('root', 'node -e 0'),
      packageManager: 'npm@10.0.0',
      workspaces: ['p/*'],
    },
    'turbo.json': { tasks: { build: { outputs: [] }, '//#build': { outputs: [] } } },
    'p/web/package.json': script('web', 'node -e 0'),
    'p/bad/package.json': script('bad', 'sleep 0.3; exit 3'),
  });
  commitAll(where.cwd);
  const turbo = [join(where.cwd, 'node_modules/turbo/bin/turbo'), 'run', 'build', '--continue'];
  const first = await measured(t, [process.execPath, ...turbo, '--summarize'], where);
  t.false(
    [...first.tasks.values()].some(({ status }) => status === 'cached'),
    first.stderr,
  );

  const second = await measured(t, [process.execPath, ...turbo], {
    ...where,
    env: { ...where.env, TURBO_RUN_SUMMARY: 'true' },
  });
  t.deepEqual([...second.tasks.keys()].sort(), ['bad#build', 'root#build', 'web#build']);
  isCached(t, second.tasks.get('web#build'), 'turbo');
  isCached(t, second.tasks.get('root#build'), 'turbo');
  t.is(second.tasks.get('bad#build')?.exit?.code, 3);
  t.regex(second.stderr, /^✓ web#build \[local cache\] \d+ms$/m);

  const unrecorded = await measured(t, [process.execPath, ...turbo], where);
  t.deepEqual([...unrecorded.tasks.keys()], ['bad#build']);
});

if (all) {
  real('the result names what a cache served', 'lerna', '9.0.7', async (t) => {
    const nx = { targets: { build: { cache: true } } };
    const where = packages(t, 'lerna', '9.0.7', {
      'package.json': { name: 'root', private: true, workspaces: ['p/*'] },
      'lerna.json': { version: '1.0.0', packages: ['p/*'] },
      'p/web/package.json': { ...script('web', 'node -e 0'), nx },
      'p/api/package.json': { ...script('@x/api', 'node -e 0'), nx },
    });
    const lerna = [process.execPath, join(where.cwd, 'node_modules/.bin/lerna'), 'run', 'build'];
    await new Running(lerna[0] ?? '', lerna.slice(1), where).finished();
    const { tasks } = await measured(t, lerna, where);
    t.deepEqual([...tasks.keys()].sort(), ['@x/api:build', 'web:build']);
    for (const task of tasks.values()) isCached(t, task, 'lerna');
  });
}
