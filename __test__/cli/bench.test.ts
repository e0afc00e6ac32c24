import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parseResult } from '../../ts/compare/parse-result.js';
import { asNobody, isRoot } from '../helpers/alive.js';
import { highest, project, sampledPeak } from '../helpers/bench.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, Running, until } from '../helpers/processes.js';
import { whatIsMissing } from '../helpers/programs.js';
import { ownStore } from '../helpers/stored.js';

/** Samples without processes, after all have ended. */
const endingTicks = 100;

const allocate = (megabytes: number, seconds = 0.3) =>
  `perl -e 'vec($x, ${megabytes} << 20, 8) = 1; select undef, undef, undef, ${seconds}'`;

test('without a command it is npm run build', async (t) => {
  const scripts = { build: 'mkdir -p dist && echo built > dist/a.js' };
  const { bench, result } = project(t, { 'package.json': JSON.stringify({ scripts }) });
  const { code, line } = await bench(['--verify', 'dist/a.js']);
  t.is(code, 0);
  t.deepEqual(line.run.command, ['npm', 'run', 'build']);
  t.is(result().bench?.outcome, 'ok');
});

test('a chain goes to the shell, and a command with arguments does not', async (t) => {
  const { bench } = project(t);
  const chain = await bench(['--', 'echo one && echo "two  three"']);
  t.is(chain.others, 'one\ntwo  three\n');
  const exact = await bench(['--', 'printf', '%s|', 'a b', '&&', '$HOME']);
  t.is(exact.others, 'a b|&&|$HOME|\n');
});

test('the log holds all of both streams while they show', async (t) => {
  const { bench, read } = project(t);
  const { others, stderr, line } = await bench(['-q', '--', 'echo out; echo err >&2']);
  t.deepEqual([others, stderr], ['out\n', 'err\n']);
  const log = read('.memtop/build-latest.log');
  t.deepEqual(log.split('\n').sort(), ['', 'err', 'out']);
  t.true(line.bench?.logFile?.endsWith('/.memtop/build-latest.log'));
});

test('with --json-only standard output is one line, and the log has the output', async (t) => {
  const { bench, read } = project(t);
  const { stdout, stderr } = await bench(['-q', '--json-only', '--', 'echo out; echo err >&2']);
  t.is(stdout.toString().trim().split('\n').length, 1);
  t.is(stderr, '');
  t.true(read('.memtop/build-latest.log').includes('out\n'));
});

test('the line, the file and the timeline agree', async (t) => {
  const { bench, result, read } = project(t);
  const { line } = await bench(['-q', '--', allocate(60)]);
  const { timeline, programs: _, ...file } = result();
  t.deepEqual(parseResult(JSON.stringify(line)), file);
  t.is(line.sampling.intervalMs, 150);
  const [header, ...rows] = read('.memtop/timeline-latest.csv').trimEnd().split('\r\n');
  t.is(header, 'time_ms,bytes');
  t.deepEqual(
    rows,
    timeline?.atMs.map((at, place) => `${at},${timeline.bytes[place]}`),
  );
  t.is(Math.max(...(timeline?.bytes ?? [])), line.peak?.bytes ?? 0);
});

/** The most points that the result itself holds. */
const pointsOfTimeline = 500;

test('a long run has a row for each sample', async (t) => {
  const { bench, samples } = project(t);
  const { line } = await bench(['-q', '--interval', '1', '--', allocate(60, 3)]);
  const rows = samples();
  t.true(rows.length > pointsOfTimeline, `${rows.length}`);
  const { ticks = 0 } = line.sampling;
  t.true(rows.length >= ticks - endingTicks, `${rows.length} rows of ${ticks} ticks`);
  t.true(rows.every(({ atMs }, place) => atMs > (rows[place - 1]?.atMs ?? -1)));
  t.is(highest(rows), sampledPeak(line));
});

test('the timeline of repeated runs is that of the displayed run', async (t) => {
  const { bench, result, samples, cwd } = project(t);
  const growing = 'echo >> runs; perl -e \'vec($x, (-s "runs") * 20 << 20, 8) = 1; sleep 1\'';
  await bench(['-q', '-n', '3', '--', growing]);
  const { bench: shown, run } = result();
  t.is(shown?.repeats?.runs[1]?.id, run.id);
  t.is(highest(samples()), sampledPeak(result()));
  t.deepEqual(
    readdirSync(join(cwd, '.memtop')).filter((name) => name.startsWith('.timelines')),
    [],
  );
});

test('with memtop killed between two runs the next bench removes what was put aside', async (t) => {
  const { bench, start, cwd } = project(t);
  const aside = () => readdirSync(join(cwd, '.memtop')).filter((one) => one.startsWith('.timel'));
  const script = 'echo >> runs; test $(wc -l < runs) = 1 || { echo READY; exec sleep 60; }';
  const running = start(['-q', '-n', '2', '--', script]);
  await running.printed('READY');
  running.child.kill('SIGKILL');
  await running.finished();
  t.is(aside().length, 1);
  await bench(['-q', '--', 'true']);
  t.deepEqual(aside(), []);
});

test('a build that fails, is interrupted or loses memtop leaves its samples so far', async (t) => {
  const { bench, start, result, samples } = project(t);
  await bench(['-q', '--label', 'failed', '--', `${allocate(30)}; exit 9`]);
  t.is(highest(samples('failed')), sampledPeak(result('failed')));
  const script = `exec perl -e '$| = 1; vec($x, 30 << 20, 8) = 1; print "READY"; sleep 60'`;
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const running = start(['-q', '--interval', '5', '--label', signal, '--', script]);
    await running.printed('READY');
    await until(() => (highest(samples(signal)) ?? 0) > 30 * MB, 'its memory to be in the file');
    running.child.kill(signal);
    await running.finished();
    const rows = samples(signal);
    t.true((highest(rows) ?? 0) > 30 * MB);
    if (signal === 'SIGINT') t.is(highest(rows), sampledPeak(result(signal)));
    else t.throws(() => result(signal));
  }
});

test('a missing or outdated file fails a run that ended with 0', async (t) => {
  const { bench, write, result } = project(t, { 'dist/old.js': 'x' });
  const missing = await bench(['-q', '--verify', 'dist/*.js', '--verify', 'nope', '--', 'true']);
  t.is(missing.code, 121);
  t.is(
    missing.stderr,
    'memtop: verification failed: dist/*.js is from before this run\n' +
      'memtop: verification failed: nope is not there\n',
  );
  t.like(result().bench, { outcome: 'verification-failed' });
  const written = await bench(['-q', '--verify', 'dist', '--', 'touch dist/new.js']);
  t.is(written.code, 0);
  write('dist/deep/a/b.map', 'x');
  const optional = await bench(['--verify-optional', 'dist/**/*.map', '--', 'true']);
  t.is(optional.code, 0);
  t.regex(optional.stderr, /stale, optional +dist\/\*\*\/\*\.map +1 file, 1B/);
});

test('a copy that keeps its old mtime counts as fresh', async (t) => {
  const { bench, cwd, write } = project(t);
  write('src/a', 'x');
  utimesSync(join(cwd, 'src/a'), 1, 1);
  const { code } = await bench(['-q', '--verify', 'a', '--', 'cp -p src/a a']);
  t.is(code, 0);
});

test('with --skip-clear nothing is removed, and unchanged files pass', async (t) => {
  const { bench, read } = project(t, { 'dist/a.js': 'x' });
  const flags = ['--clear', 'dist', '--verify', 'dist/a.js', '--skip-clear'];
  t.is((await bench([...flags, '--', 'true'])).code, 0);
  t.is(read('dist/a.js'), 'x');
});

test('the paths to clear are printed first, and are gone when the command starts', async (t) => {
  const { bench, cwd } = project(t, { 'dist/a.js': 'x', 'dist/b.js': 'xy', 'src/c.ts': 'x' });
  const flags = ['-q', '--clear', 'dist', '--clear', 'absent', '--json-only'];
  const { code, stderr, line } = await bench([...flags, '--', 'test ! -e dist']);
  t.is(code, 0);
  t.is(stderr, 'memtop: clearing dist (2 files, 3B)\n');
  t.deepEqual(line.bench?.cleared, [{ path: 'dist', fileCount: 2, bytes: 3 }]);
  t.true(existsSync(join(cwd, 'src/c.ts')));
});

test('a clearing that fails midway starts nothing, and names the remaining paths', async (t) => {
  const files = { 'dist/a': 'x', 'dist/locked/b': 'x' };
  const { cwd, start } = project(t, files, isRoot ? asNobody : []);
  chmodSync(join(cwd, 'dist/locked'), 0o555);
  t.teardown(() => chmodSync(join(cwd, 'dist/locked'), 0o755));
  const flags = ['-q', '--no-store', '--clear', 'dist', '--', 'touch', 'ran'];
  const { code, stderr } = await start(flags).finished();
  t.is(code, 125);
  t.regex(
    stderr,
    /^memtop: dist is not wholly cleared, and nothing was run: dist\/locked\/b: EACCES\n$/m,
  );
  t.true(existsSync(join(cwd, 'dist/locked/b')) && !existsSync(join(cwd, 'ran')));
});

for (const args of [
  ['bench', '--', 'true'],
  ['run', 'build'],
]) {
  test(`memtop ${args[0]} in a folder that has been removed says so`, async (t) => {
    const cwd = join(temporaryFolder(t), 'gone');
    mkdirSync(cwd);
    const script = 'rmdir "$PWD"; exec "$@"';
    const memtop = ['sh', '-c', script, 'sh', process.execPath, cliPath, ...args];
    const { code, stderr } = await new Running('env', memtop, { cwd }).finished();
    t.is(code, 125);
    t.is(stderr, 'memtop: the current folder has been removed; change to one that is there\n');
  });
}

test('a path that must not be cleared prevents the start', async (t) => {
  const { cwd, start } = project(t, { 'dist/sub/.git/HEAD': 'x' });
  for (const [path, message] of [
    ['..', /^memtop: --clear must stay in the project: \.\. is not allowed, not ".."\n$/],
    ['dist', /^memtop: dist\/sub is not cleared: it holds a repository of git\n$/],
    ['.memtop', /^memtop: \.memtop is not cleared: the results go to \.memtop\n$/],
  ] as const) {
    const { code, stderr } = await start(['--clear', path, '--', 'touch', 'ran']).finished();
    t.is(code, 2);
    t.regex(stderr, message);
  }
  t.true(existsSync(join(cwd, 'dist/sub/.git/HEAD')) && !existsSync(join(cwd, 'ran')));
});

test('a build that fails keeps its code, and all that is known is written', async (t) => {
  const { bench, result, read } = project(t);
  const { code, line, stderr } = await bench(['--', `${allocate(30)}; echo broken; exit 9`]);
  t.is(code, 9);
  t.like(line, { bench: { outcome: 'command-failed' }, exit: { code: 9 } });
  t.true((result().peak?.bytes ?? 0) > 30 * MB);
  t.is(read('.memtop/build-latest.log'), 'broken\n');
  t.regex(stderr, /^memtop: peak [\d.]+MB; the command FAILED \(code 9\)/m);
});

test('a killed build and one that never started have different results', async (t) => {
  const { bench, result } = project(t);
  t.is((await bench(['-q', '--label', 'killed', '--', 'kill -KILL $$'])).code, 137);
  t.like(result('killed'), { exit: { signal: 'SIGKILL' }, bench: { outcome: 'command-failed' } });
  t.is((await bench(['-q', '--', 'no-such-command'])).code, 127);
  t.is(result().exit.cause, 'not-started');
});

test('an interrupted build writes what is known, and no further run is started', async (t) => {
  const { start, result, read } = project(t);
  const script = 'echo run >> runs; echo READY; exec sleep 60';
  const running = start(['-q', '-n', '3', '--label', 'int', '--', script]);
  await running.printed('READY');
  running.child.kill('SIGINT');
  const { code } = await running.finished();
  t.is(code, 130);
  const { bench, timeline } = result('int');
  t.is(bench?.outcome, 'interrupted');
  t.is(bench?.repeats?.runs.length, 1);
  t.true((timeline?.atMs.length ?? 0) > 0);
  t.is(read('runs'), 'run\n');
});

test('repeated runs have a median, a spread, and one result that stands for them', async (t) => {
  const { bench, result, read } = project(t);
  const script = 'echo run >> runs; perl -e \'$x = "x" x (40 << 20); sleep 0.1\'';
  const { stderr, line } = await bench(['-n', '3', '--warmup', '1', '--', script]);
  t.is(read('runs'), 'run\n'.repeat(4));
  const repeats = line.bench?.repeats;
  t.is(repeats?.runs.length, 3);
  t.is(repeats?.warmups, 1);
  t.is(repeats?.confidence, 0.75);
  const { lowBytes = 0, medianBytes = 0, highBytes = 0 } = repeats ?? {};
  t.true(lowBytes <= medianBytes && medianBytes <= highBytes && medianBytes > 40 * MB);
  t.true(repeats?.runs.some(({ id }) => id === result().run.id));
  t.regex(stderr, /^memtop: warm-up 1 of 1$/m);
  t.regex(stderr, /^memtop: peak [\d.]+MB in \S+; about \S+ left\nmemtop: run 3 of 3$/m);
  t.regex(stderr, /median [\d.]+MB, 75 % interval [\d.]+MB to [\d.]+MB; spread/);
});

test('each run is recorded and shown with its verification', async (t) => {
  const { start } = project(t);
  const store = ownStore(t);
  const flags = ['-q', '-n', '2', '--label', 'kept', '--verify', 'a', '--verify-optional', 'b'];
  await start([...flags, '--', `touch a; ${allocate(30)}`], store.env).finished();
  t.deepEqual(
    store.runs().map(({ label, exit }) => [label, exit?.code]),
    [
      ['kept', 0],
      ['kept', 0],
    ],
  );
  const { stdout } = await store.memtop('show', 'kept');
  t.regex(stdout.toString(), /^run \S+ \(kept\)/m);
  t.regex(stdout.toString(), /^memtop: peak [\d.]+MB; ok, in /m);
  t.regex(stdout.toString(), /^ {2}verified +ok {17}the command ended with 0\n +ok +a +1 file/m);
  t.regex(stdout.toString(), /^ +missing, optional {2}b$/m);
});

test('labels name the sides of a comparison, also with repeats', async (t) => {
  const { bench, cwd } = project(t);
  for (const [label, megabytes] of [
    ['before', 30],
    ['feature/x y', 80],
  ] as const) {
    await bench(['-q', '-n', '4', '--label', label, '--', allocate(megabytes)]);
  }
  t.true(readdirSync(join(cwd, '.memtop')).includes('result-feature-x-y.json'));
  const { code, stdout } = await memtop(['diff', 'before', 'feature/x y'], { cwd });
  t.is(code, 120);
  t.regex(stdout.toString(), /before: 4 runs/);
  t.regex(stdout.toString(), /larger by 50[\d.]*MB \(\+\d+ %\)/);
  t.is((await memtop(['diff', 'feature/x y', 'before'], { cwd })).code, 0);
});

test('a bench can be held to a budget and to a baseline, its last result as well', async (t) => {
  const { bench, start } = project(t);
  const more = await bench(['-q', '--max-peak', '20M', '--', allocate(40)]);
  t.is(more.code, 120);
  t.regex(more.stderr, /^memtop: over budget: the run: peak/m);
  const baseline = ['-q', '--baseline', 'latest', '--max-increase', '20'];
  t.is((await bench([...baseline, '--', allocate(42)])).code, 0);
  t.is((await bench([...baseline, '--', allocate(90)])).code, 120);
  const unknown = await start([
    '--baseline',
    'none',
    '--max-increase',
    '5',
    '--',
    'touch x',
  ]).finished();
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /there is no result "none"/);
  const failing = await bench(['-q', '--max-peak', '1M', '--', `${allocate(30)}; exit 4`]);
  t.is(failing.code, 4);
});

test('the peak of a run is its own, after a larger one', async (t) => {
  const { bench } = project(t);
  await bench(['-q', '--', allocate(300)]);
  const { line } = await bench(['-q', '--', allocate(20)]);
  const { bytes = 0 } = line.bench?.headline ?? {};
  t.true(bytes > 20 * MB && bytes < 100 * MB, `${bytes}`);
});

test('300 MB that were allocated and freed are the peak', async (t) => {
  const { bench } = project(t);
  const free = '$x = ""; vec($x, 300 * 2**20, 8) = 1; select undef, undef, undef, 0.3; undef $x';
  const { line } = await bench(['-q', '--', `perl -e '${free}; select undef, undef, undef, 0.3'`]);
  const megabytes = (line.bench?.headline?.bytes ?? 0) / MB;
  t.true(megabytes >= 300 && megabytes <= 320, `${megabytes}`);
});

test('a chain of npm shows each stage, and the first rule wins where two are alive', async (t) => {
  const wait = (name: string) => `node ${name}.js`;
  const { bench } = project(t, {
    'package.json': JSON.stringify({
      scripts: { build: [wait('assemble'), wait('deps'), wait('bundle')].join(' && ') },
    }),
    ...Object.fromEntries(
      ['assemble', 'deps', 'bundle'].map((name) => [`${name}.js`, 'setTimeout(() => {}, 300)']),
    ),
  });
  const stages = ['bundle', 'deps', 'assemble'].flatMap((name) => [
    '--stage',
    `${name}=${name}\\.js`,
  ]);
  const { line } = await bench(['-q', ...stages]);
  t.deepEqual(
    line.stages?.map(({ name }) => name),
    ['assemble', 'deps', 'bundle'],
  );
  t.true(line.stages?.every(({ peakBytes = 0 }) => peakBytes > 10 * MB));
});

test('the summary has headline, attribution, top processes and verified outputs', async (t) => {
  const { bench } = project(t);
  const { stderr } = await bench(['--verify', 'a', '--', `touch a; ${allocate(50)}`]);
  t.regex(stderr, /^memtop: peak [\d.]+MB; ok, in /m);
  t.regex(stderr, /^ {2}by process +[\d.]+MB at \S+ \(unique memory\)/m);
  t.regex(stderr, /^ {2}top processes +[\d.]+MB {2}perl -e /m);
  t.regex(stderr, /^ {2}verified +ok {2}the command ended with 0\n +ok {2}a +1 file, 0B$/m);
  t.regex(stderr, /^ {2}log +\.memtop\/build-latest\.log$/m);
});

const withGit = testNeeding(whatIsMissing(['git']));
withGit('git sees nothing of the results, and all of a folder that was there before', async (t) => {
  const { bench, cwd, write } = project(t, { 'own/file': 'x' });
  execFileSync('git', ['init', '-q'], { cwd });
  write('.gitignore', '');
  await bench(['-q', '--', 'true']);
  await bench(['-q', '--out', 'new/results', '--', 'true']);
  await bench(['-q', '--out', 'own', '--', 'true']);
  const status = execFileSync('git', ['status', '--short', '-uall'], { cwd }).toString();
  t.deepEqual(status.trim().split('\n').sort(), [
    '?? .gitignore',
    '?? own/build-latest.log',
    '?? own/file',
    '?? own/result-latest.json',
    '?? own/timeline-latest.csv',
  ]);
});

test('a folder that cannot be written to is found before the command starts', async (t) => {
  const { start, cwd } = project(t, { file: 'x' });
  const { code, stderr } = await start(['--out', 'file/inner', '--', 'touch', 'ran']).finished();
  t.is(code, 125);
  t.regex(stderr, /^memtop: E[^\n]+\n$/);
  t.false(existsSync(join(cwd, 'ran')));
});

for (const [args, message] of [
  [['--label'], /^memtop: --label needs a value: --label NAME\n/],
  [['-n', '0'], /^memtop: --runs must be a whole number from 1 to 1000, not "0"\n/],
  [['--warmup', 'x'], /^memtop: --warmup must be a whole number from 0 to 100, not "x"\n/],
  [['build'], /^memtop: unexpected argument build; the command goes after --/],
  [['--imagine'], /^memtop: unknown flag --imagine; did you mean --image\?\n/],
  [['--image', 'a', '--rootfs', 'b'], /two roots for one container; keep one\n/],
  [['--engine', 'docker', '--rootfs', 'b'], /--rootfs is for podman; docker needs an image/],
  [['--engine', 'lxc'], /--engine must be one of auto, docker, podman, not "lxc"\n/],
  [['--memory', '50%'], /--memory must be a size such as 500M or 1\.5G, not "50%"\n/],
] as const) {
  test(`memtop bench ${args.join(' ')} is a usage error`, async (t) => {
    const { code, stderr } = await project(t).start(args).finished();
    t.is(code, 2);
    t.regex(stderr, message);
  });
}

test('a config says once what is cleared and verified, from its own folder', async (t) => {
  const config = { clear: ['dist'], verify: 'dist/a', label: 'ours', runs: 2 };
  const { cwd, write, result, read } = project(t, { 'memtop.config.json': JSON.stringify(config) });
  write('dist/old', 'x');
  write('sub/dist/kept', 'x');
  const script = 'mkdir -p ../dist; test ! -e ../dist/old; echo > ../dist/a';
  const { code, stderr } = await memtop(['bench', '-q', '--', script], { cwd: join(cwd, 'sub') });
  t.is(code, 0, stderr);
  t.is(read('sub/dist/kept'), 'x');
  t.true(existsSync(join(cwd, 'sub/.memtop/result-ours.json')));
  t.throws(() => result('ours'));
});
