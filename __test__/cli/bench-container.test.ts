import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { containerLabel } from '../../ts/bench/container/remove.js';
import { Store } from '../../ts/history/store.js';
import { isAlive } from '../helpers/alive.js';
import { highest, project, sampledPeak } from '../helpers/bench.js';
import { MB } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { caller, callerWithoutRoot, image, whyNoPodman } from '../helpers/podman.js';
import { fixture, until } from '../helpers/processes.js';
import { ownStore } from '../helpers/stored.js';

const allocate = (megabytes: number) =>
  `perl -e 'vec($x, ${megabytes} << 20, 8) = 1; select undef, undef, undef, 0.3'`;

/** A project on a machine whose only engine is one that runs everything on the machine itself. */
function withFakeEngine(t: ExecutionContext, mode = '') {
  const made = project(t);
  const programs = join(made.cwd, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'package.json'), '{"type":"module"}');
  copyFileSync(fixture('engine.js'), join(programs, 'podman'));
  chmodSync(join(programs, 'podman'), 0o755);
  const env = {
    PATH: `${programs}:${process.env.PATH}`,
    FAKE_ENGINE: mode,
    FAKE_ENGINE_CALLS: join(made.cwd, 'calls'),
    FAKE_ENGINE_CONTAINERS: join(made.cwd, 'containers'),
  };
  const calls = (): string[][] =>
    made
      .read('calls')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const results = join(made.cwd, '.memtop');
  const left = () => readdirSync(results).filter((name) => name.startsWith('.container'));
  /** The last action of a container whose memtop was killed. */
  const hasReported = () => left().some((name) => existsSync(join(results, name, 'report.json')));
  return { ...made, env, calls, left, hasReported };
}

const engine = ['--engine', 'podman'];

test('the command runs in the container and is measured in there', async (t) => {
  const { bench, env, calls, cwd, result } = withFakeEngine(t);
  const flags = ['--memory', '4G', '--verify', 'made', '--stage', 'perl=^perl', '--label', 'in'];
  const { code, others, line } = await bench(
    [...engine, ...flags, '--', `echo out; touch made; ${allocate(50)}`],
    env,
  );
  t.is(code, 0);
  t.is(others, 'out\n');
  t.true((line.peak?.bytes ?? 0) > 50 * MB);
  t.is(line.stages?.[0]?.name, 'perl');
  t.is(line.run.label, 'in');
  t.like(result('in').bench?.container, {
    engine: 'podman',
    image: 'node:24-bookworm',
    memoryLimitBytes: 4096 * MB,
  });
  const run = calls().find(([action]) => action === 'run') ?? [];
  const name = run[run.indexOf('--name') + 1];
  t.true(calls().some((args) => args.join(' ') === `rm --force ${name}`));
  t.deepEqual(
    readdirSync(join(cwd, '.memtop')).filter((name) => name.startsWith('.container')),
    [],
  );
});

test('without a limit and a group from the engine, neither is reported', async (t) => {
  const { bench, env } = withFakeEngine(t);
  const { line, stderr } = await bench([...engine, '--memory', '4G', '--', allocate(50)], env);
  t.is(line.bench?.container?.fits, undefined);
  t.regex(stderr, /which has not set the limit: whether it fits in 4GB is not\s+known/);
  t.is(line.cgroup, undefined);
  t.is(line.missing?.cgroup, 'the container has none of its own');
  t.is(line.bench?.headline?.bytes, line.peak?.bytes);
});

test('a run in a container is recorded with label, command, peak and end', async (t) => {
  const { bench, env } = withFakeEngine(t);
  const store = ownStore(t);
  const flags = [...engine, '-q', '--label', 'boxed', '--verify', 'made'];
  const { line } = await bench([...flags, '--', `touch made; ${allocate(50)}; exit 3`], {
    ...env,
    ...store.env,
  });
  const [run] = store.runs();
  t.like(run, {
    id: line.run.id,
    label: 'boxed',
    command: line.run.command,
    state: 'ended',
    exit: { code: 3, signal: null, cause: 'exit' },
  });
  t.is(run?.peakBytes, line.peak?.bytes);
  const {
    timeline: _,
    programs: _programs,
    ...kept
  } = Store.open(store.file).result(run?.id ?? '') ?? {};
  const { programs: _named, ...shown } = line;
  t.deepEqual(kept, shown);
});

test('a run in a container can be seen and ended, and is interrupted without memtop', async (t) => {
  const { start, env, hasReported } = withFakeEngine(t);
  const store = ownStore(t);
  const flags = [...engine, '-q', '--label', 'boxed', '--', 'echo READY; exec sleep 60'];
  const ended = start(flags, { ...env, ...store.env });
  await ended.printed('READY');
  await until(() => store.runs()[0]?.state === 'running', 'the run to be recorded');
  t.is((await store.memtop('kill', 'boxed')).code, 0);
  await ended.finished();
  const killed = start(flags, { ...env, ...store.env });
  await killed.printed('READY');
  await until(() => store.runs()[1]?.state === 'running', 'the run to be recorded');
  killed.child.kill('SIGKILL');
  await until(hasReported, 'the container to end');
  await until(() => store.runs()[1]?.state === 'interrupted', 'the run to be marked');
  t.is(store.runs()[1]?.label, 'boxed');
});

test('a container that could not be run is recorded as not started', async (t) => {
  const { start, env } = withFakeEngine(t, 'broken');
  const store = ownStore(t);
  await start([...engine, '--', 'true'], { ...env, ...store.env }).finished();
  t.like(store.runs()[0], { command: ['true'], exit: { code: 125, cause: 'not-started' } });
});

test('the bench ends the way the command in the container ended', async (t) => {
  const { bench, env } = withFakeEngine(t);
  const failed = await bench([...engine, '-q', '--', 'echo broken; exit 6'], env);
  t.is(failed.code, 6);
  t.like(failed.line, { exit: { code: 6 }, bench: { outcome: 'command-failed' } });
  t.is((await bench([...engine, '-q', '--', 'no-such-command'], env)).code, 127);
});

test('a module that does not load in the image is explained', async (t) => {
  const { bench, env } = withFakeEngine(t);
  const output =
    'was compiled against a different Node.js version using NODE_MODULE_VERSION 115. ' +
    'This version of Node.js requires NODE_MODULE_VERSION 137.';
  const { stderr } = await bench([...engine, '--', `echo '${output}' >&2; exit 1`], env);
  t.regex(stderr, /^ {2}hint +a native module in node_modules was built for Node 20 \(ABI 115\)/m);
});

test('signals go to the command in the container, and nothing is left behind', async (t) => {
  const { start, env, calls, result } = withFakeEngine(t);
  const running = start(
    [...engine, '-q', '--', 'trap "exit 9" TERM; echo READY; while :; do sleep 0.02; done'],
    env,
  );
  await running.printed('READY');
  running.child.kill('SIGTERM');
  t.is((await running.finished()).code, 9);
  t.is(result().exit.code, 9);
  t.true(calls().some(([action]) => action === 'rm'));
});

test('killing memtop ends the command in the container; the next bench cleans up', async (t) => {
  const { start, bench, env, calls, samples, left, hasReported } = withFakeEngine(t);
  const stubborn = 'trap "" TERM; echo pid $$; while :; do sleep 0.02; done';
  const flags = [...engine, '-q', '--grace', '50ms', '--interval', '5', '--label', 'killed'];
  const running = start([...flags, '--', stubborn], env);
  await running.printed('\n');
  const pid = Number(/pid (\d+)/.exec(running.stdout.toString())?.[1]);
  await until(() => samples('killed').length > 1, 'samples in the file');
  running.child.kill('SIGKILL');
  await until(hasReported, 'the container to end');
  t.false(isAlive(pid));
  t.is(left().length, 1);
  const run = calls().find(([action]) => action === 'run') ?? [];
  await bench([...engine, '-q', '--', 'true'], env);
  t.deepEqual(left(), []);
  t.true(calls().some((args) => args.join(' ') === `rm --force ${run[run.indexOf('--name') + 1]}`));
});

test('a repository cannot have containers removed that are not its own', async (t) => {
  const { bench, env, write, calls, left } = withFakeEngine(t);
  const foreign = ['database', 'memtop-1-2-3'];
  for (const name of foreign) {
    const folder = `.memtop/.container-${name}`;
    // What a repository can contain: no socket, but a connection to a file is refused as well.
    write(`${folder}/alive`, '');
    write(`${folder}/job.json`, JSON.stringify({ container: name, command: ['true'] }));
  }
  write('containers', 'database app=1\nmemtop-1-2-3 memtop.bench=another\n');
  t.is((await bench([...engine, '-q', '--', 'true'], env)).code, 0);
  const removed = calls().flatMap(([action, ...rest]) => (action === 'rm' ? [rest.at(-1)] : []));
  t.deepEqual(
    removed.filter((name) => foreign.includes(`${name}`)),
    [],
  );
  t.is(removed.length, 1);
  t.deepEqual(left(), []);
});

test('a container that has the label but not the name of a bench is not removed', async (t) => {
  const { bench, env, write, cwd, calls } = withFakeEngine(t);
  write('.memtop/.container-x/alive', '');
  write('containers', `database ${containerLabel(join(cwd, '.memtop/.container-x'))}\n`);
  await bench([...engine, '-q', '--', 'true'], env);
  t.false(calls().some((args) => args.includes('database')));
});

test('a container that is killed as a whole does not fit', async (t) => {
  const { bench, env, result } = withFakeEngine(t, 'killed');
  const { code, stderr } = await bench([...engine, '--memory', '64M', '--', 'true'], env);
  t.is(code, 137);
  t.regex(stderr, /does not fit in 64MB \(killed by the kernel after /);
  t.like(result(), {
    exit: { cause: 'oom-kernel' },
    sampling: { method: 'unavailable' },
    bench: { container: { fits: false } },
  });
});

test('a failure of the engine is not a failure of the command', async (t) => {
  const { start, env, cwd, calls } = withFakeEngine(t, 'broken');
  const { code, stderr } = await start([...engine, '--', 'touch ran'], env).finished();
  t.is(code, 125);
  t.regex(stderr, /memtop: podman could not run the container: Error: no such image\n$/);
  t.false(existsSync(join(cwd, 'ran')));
  t.true(calls().some(([action]) => action === 'rm'));
});

test('without a working engine, those that were tried are named', async (t) => {
  const { start, cwd } = project(t);
  mkdirSync(join(cwd, 'none'));
  const { code, stderr } = await start(['--memory', '1G'], { PATH: join(cwd, 'none') }).finished();
  t.is(code, 125);
  t.is(
    stderr,
    'memtop: no engine for containers works here: docker: not installed; podman: not installed\n',
  );
});

const real = [
  { name: 'real podman', user: caller },
  { name: 'real podman without root', user: callerWithoutRoot() },
];

for (const { name, user } of real) {
  const withPodman = testNeeding(whyNoPodman(user), test.serial);

  withPodman(`${name}: what the command writes belongs to the caller`, async (t) => {
    t.timeout(180_000);
    const { as, uid } = user ?? caller;
    const made = image(t, user ?? caller);
    if (made === undefined) return;
    const { bench, cwd, samples, result } = project(t, {}, as);
    const script = `mkdir -p out/deep; echo x > out/deep/made; ${allocate(50)}`;
    const flags = [...engine, '--image', made, '--verify', 'out/deep/made'];
    const { code, line, stderr } = await bench([...flags, '--', script]);
    t.is(code, 0, stderr);
    t.is(line.bench?.container?.fits, undefined);
    for (const path of ['out', 'out/deep', 'out/deep/made', '.memtop/result-latest.json']) {
      t.is(statSync(join(cwd, path)).uid, uid, path);
    }
    t.true(highest(samples()) > 50 * MB);
    t.is(highest(samples()), sampledPeak(result()));
  });

  withPodman(`${name}: the requested limit decides, or is reported as not set`, async (t) => {
    t.timeout(180_000);
    const made = image(t, user ?? caller);
    if (made === undefined) return;
    const { bench } = project(t, {}, user?.as);
    const flags = [...engine, '--image', made, '--memory'];
    const fitting = await bench([...flags, '512M', '--', allocate(300)]);
    t.is(fitting.code, 0, fitting.stderr);
    const { container, headline } = fitting.line.bench ?? {};
    if (container?.fits === undefined) {
      t.regex(fitting.stderr, /which has not set the limit/);
      t.is(headline?.bytes, fitting.line.peak?.bytes);
      return;
    }
    t.true(container.fits);
    t.regex(fitting.stderr, /fits in 512MB: 3\d\d[\d.]*MB at most/);
    t.is(headline?.from, 'cgroup');
    const own = ((headline?.bytes ?? 0) - (headline?.baselineBytes ?? 0)) / MB;
    t.true(own >= 300 && own <= 320, `${own}`);
    const tooLarge = await bench([...flags, '200M', '--', allocate(400)]);
    t.is(tooLarge.code, 137);
    t.false(tooLarge.line.bench?.container?.fits ?? true);
    t.true((tooLarge.line.cgroup?.oomKills ?? 0) > 0);
    t.regex(tooLarge.stderr, /does not fit in 200MB \(killed by the kernel at (19\d|200)[\d.]*MB/);
  });
}
