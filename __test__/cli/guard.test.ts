import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { packageRoot } from '../../ts/package.js';
import { asNobody, grow, isAlive, pidsIn } from '../helpers/alive.js';
import { temporaryFolder } from '../helpers/folder.js';
import { MB, measured } from '../helpers/measured.js';
import { testNeeding } from '../helpers/needs.js';
import { cliPath, memtop, Running } from '../helpers/processes.js';
import { unlessRoot } from '../helpers/programs.js';

/** It ignores SIGTERM, and ends by itself if the guard has failed. */
const quietGrowth = `$SIG{TERM} = "IGNORE"; alarm 30; ${grow(1000)} sleep 60 while 1`;
const short = ['--grace', '100ms'];

interface Dumped {
  command: string[];
  rssBytes: number;
  children: Dumped[];
}

for (const trace of ['on', 'off']) {
  test(`a run past its limit is ended and reported (--trace ${trace})`, async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'result.json');
    const script = `perl -e '${quietGrowth}' -- --token=abc123secret & echo $$ $!; wait`;
    const flags = ['--trace', trace, '--limit', '150M', ...short, '--json', file];
    const { code, stdout, stderr } = await memtop([...flags, '--', 'sh', '-c', script], {
      cwd: folder,
    });
    t.is(code, 123);
    const pids = pidsIn(stdout, 2);
    t.deepEqual(pids.filter(isAlive), []);

    const { guard, exit, peak } = JSON.parse(readFileSync(file, 'utf8'));
    t.like(guard, { warned: false, action: 'terminated', reason: 'limit', limitBytes: 150 * MB });
    t.true(guard.bytes >= 150 * MB && guard.ended >= 2 && peak.bytes >= 140 * MB);
    t.is(exit.cause, 'guard');

    const names = readdirSync(folder).sort();
    t.is(names.length, 3);
    t.regex(names[0] ?? '', /^memtop-crash-dump-\d{8}-\d{6}\.json$/);
    t.regex(names[1] ?? '', /^memtop-crash-summary-\d{8}-\d{6}\.txt$/);
    const [dumpFile, summaryFile] = names.map((name) => join(folder, name));
    t.like(guard, { dumpFile, summaryFile });
    const [dump, summary] = [`${dumpFile}`, `${summaryFile}`].map((path) => {
      t.is(statSync(path).mode & 0o777, 0o600);
      return readFileSync(path, 'utf8');
    });
    t.false(`${dump}${summary}`.includes('abc123secret'));
    t.true(dump?.includes('[redacted]'));
    const crash = JSON.parse(`${dump}`);
    t.like(crash, { schema: 'memtop.crash/1', reason: 'limit', limitBytes: 150 * MB });
    const [root]: Dumped[] = crash.tasks[0].processes;
    t.is(root?.command[0], 'sh');
    t.is(root?.children[0]?.command[0], 'perl');
    t.true((root?.children[0]?.rssBytes ?? 0) >= 140 * MB);
    t.true(crash.samples.length > 1);
    t.is(crash.sampling.method, trace === 'on' ? 'traced' : 'scanned');

    const messages = stderr.split('\n').filter((line) => line.startsWith('memtop: '));
    t.regex(
      messages[0] ?? '',
      /^memtop: the guard ends the run: it has .+, past its limit of 150MB$/,
    );
    t.is(messages[1], `memtop: crash report: ${dumpFile}`);
    t.regex(messages[2] ?? '', /^memtop: likely cause: perl has .+ in 1 process$/);
  });
}

const testAsRoot = testNeeding(unlessRoot());
testAsRoot('the run is ended even if nothing can be written', async (t) => {
  const folder = temporaryFolder(t);
  const flags = ['-q', '--limit', '100M', ...short, '--', 'perl', '-e', quietGrowth];
  const [setpriv = '', ...rest] = [...asNobody, process.execPath, cliPath, ...flags];
  chmodSync(folder, 0o755);
  const running = new Running(setpriv, rest, { cwd: folder });
  running.child.stdin?.end();
  const { code, stderr } = await running.finished();
  t.is(code, 123);
  t.regex(stderr, /^memtop: no crash dump could be written \(EACCES: .+\)$/m);
  t.deepEqual(readdirSync(folder), []);
});

test('the exit code of the guard can be another', async (t) => {
  const flags = ['-q', '--limit', '50M', '--limit-exit-code', '77', ...short];
  const { code } = await memtop([...flags, '--', 'perl', '-e', quietGrowth], {
    cwd: temporaryFolder(t),
  });
  t.is(code, 77);
});

test('a warning is printed once and the run goes on', async (t) => {
  const folder = temporaryFolder(t);
  const script = `for (1..3) { ${grow(100)} undef $held } exit 5`;
  const { code, stderr } = await memtop(['-q', '--warn', '60M', '--', 'perl', '-e', script], {
    cwd: folder,
  });
  t.is(code, 5);
  t.regex(stderr, /^memtop: warning: the run has \d[\d.]*MB, past 60MB\n$/);
  t.deepEqual(readdirSync(folder), []);
});

test('the result says that there was a warning', async (t) => {
  const { result } = await measured(t, ['perl', '-e', grow(100)], ['--warn', '60M']);
  t.deepEqual(result.guard, { warned: true, warnBytes: 60 * MB, action: 'none' });
  t.is(result.exit.cause, 'exit');
});

test('with --no-guard nothing is watched', async (t) => {
  const { code, stderr, result } = await measured(t, ['perl', '-e', grow(50)], ['--no-guard']);
  t.is(code, 0);
  t.false('guard' in result);
  t.notRegex(stderr, /warning/);
});

test('a loop of 100 commands is no reason to say anything', async (t) => {
  const script = 'for i in $(seq 100); do /bin/true; done';
  const { code, stderr } = await memtop(['-q', '--', 'sh', '-c', script]);
  t.is(code, 0);
  t.is(stderr, '');
});

test('the guard ends a run while JavaScript is held up', async (t) => {
  const folder = temporaryFolder(t);
  const pidFile = join(folder, 'pid');
  const script = `open F, ">", $ARGV[0]; syswrite F, "$$\\n"; close F; ${quietGrowth}`;
  // Nothing is awaited before the command is gone.
  const program = `
    import { existsSync, readFileSync } from 'node:fs';
    import { run } from '${join(packageRoot, 'dist/index.js')}';
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const pidFile = ${JSON.stringify(pidFile)};
    const command = ['perl', '-e', ${JSON.stringify(script)}, pidFile];
    const running = run(command, { limit: '150M', graceMs: 100 });
    const deadline = Date.now() + 30_000;
    let pid = '';
    while (Date.now() < deadline) {
      Atomics.wait(pause, 0, 0, 5);
      if (!pid.endsWith('\\n')) pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '';
      else if (!existsSync('/proc/' + pid.trim())) break;
    }
    const isInTime = Date.now() < deadline;
    const { exit, guard } = await running;
    console.log(JSON.stringify({ isInTime, exit, guard }));`;
  const running = new Running(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
  });
  const { code, stdout, stderr } = await running.finished();
  t.is(code, 0, stderr);
  const { isInTime, exit, guard } = JSON.parse(stdout.toString());
  t.true(isInTime);
  t.is(exit.cause, 'guard');
  t.like(guard, { action: 'terminated', reason: 'limit' });
  t.is(readdirSync(folder).filter((name) => name.startsWith('memtop-crash-')).length, 2);
});
