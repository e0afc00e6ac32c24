import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resultJson } from '../../ts/report/json.js';
import type { PeakMetric } from '../../ts/result/types.js';
import { temporaryFolder } from '../helpers/folder.js';
import { memtop } from '../helpers/processes.js';
import { resultOf } from '../helpers/result-of.js';

function files(t: ExecutionContext) {
  const folder = temporaryFolder(t);
  const write = (
    name: string,
    megabytes: number,
    tasks: Record<string, number> = {},
    metric: PeakMetric = 'unique',
  ) => {
    const result = resultOf({ megabytes, tasks, processes: { node: [2, megabytes] }, metric });
    writeFileSync(join(folder, name), resultJson(result));
  };
  return { cwd: folder, write };
}

test('a regression is printed and exits with 120, an improvement with 0', async (t) => {
  const { cwd, write } = files(t);
  write('a.json', 400, { web: 300 });
  write('b.json', 600, { web: 500, api: 40 });
  const worse = await memtop(['diff', 'a.json', 'b.json'], { cwd });
  t.is(worse.code, 120);
  t.regex(worse.stdout.toString(), /peak +400MB, then 600MB: larger by 200MB \(\+50 %\)/);
  t.regex(worse.stdout.toString(), /^ +300MB +500MB +\+200MB +\+67 % +web$/m);
  t.regex(worse.stdout.toString(), /^ +- +40MB +new +api$/m);
  t.is(worse.stderr, '');
  const better = await memtop(['diff', 'b.json', 'a.json'], { cwd });
  t.is(better.code, 0);
  t.regex(better.stdout.toString(), /smaller by 200MB \(-33 %\)/);
});

test('runs in different metrics are compared by neither diff nor gate', async (t) => {
  const { cwd, write } = files(t);
  write('a.json', 400, {}, 'pss');
  write('b.json', 600);
  const reason =
    'a.json was measured in PSS and b.json in unique memory, which cannot be compared: ' +
    'record a.json again';
  const diffed = await memtop(['diff', 'a.json', 'b.json'], { cwd });
  t.is(diffed.code, 2);
  t.is(diffed.stderr, `memtop: ${reason}\n`);
  t.is(diffed.stdout.toString(), '');
  const flags = ['--baseline', 'a.json', '--max-increase', '100'];
  const gated = await memtop(['gate', ...flags, 'b.json'], { cwd });
  t.is(gated.code, 120);
  t.is(gated.stdout.toString(), `cannot tell: ${reason}\n`);
});

test('--noise says what single runs vary by', async (t) => {
  const { cwd, write } = files(t);
  write('a.json', 400);
  write('b.json', 480);
  t.is((await memtop(['diff', 'a.json', 'b.json'], { cwd })).code, 120);
  const { code, stdout } = await memtop(['diff', '--noise', '25', 'a.json', 'b.json'], { cwd });
  t.is(code, 0);
  t.regex(stdout.toString(), /within the 25 % that\s+single runs are taken to vary by/);
});

test('--json prints the comparison for programs', async (t) => {
  const { cwd, write } = files(t);
  write('a.json', 400);
  const { stdout } = await memtop(['diff', '--json', 'a.json', 'a.json'], { cwd });
  const { schema, peak } = JSON.parse(stdout.toString());
  t.is(schema, 'memtop.diff/1');
  t.is(peak.byBytes, 0);
});

for (const [args, message] of [
  [['diff'], 'diff takes two runs, as in: memtop diff before after'],
  [['diff', 'a', 'b', 'c'], 'diff takes two runs, as in: memtop diff before after'],
  [
    ['diff', '--store', 'off', 'a', 'b'],
    'there is no result "a": looked for .memtop/result-a.json, the file or folder a',
  ],
  [['gate', 'a'], 'gate needs --max-peak SIZE, or --baseline RUN with --max-increase PCT'],
  [['gate', '--baseline', 'a', 'b'], '--baseline RUN and --max-increase PCT go together'],
  [['gate', '--max-peak', '1G'], 'gate takes a run, as in: memtop gate --max-peak 1G result.json'],
  [['gate', '--max-peak', '80%', 'a'], '--max-peak must be a size such as 500M or 1.5G, not "80%"'],
  [
    ['gate', '--baseline', 'a', '--max-increase', 'much', 'b'],
    '--max-increase must be a percentage such as 10 or 7.5%, not "much"',
  ],
] as const) {
  test(`memtop ${args.join(' ')} is a usage error`, async (t) => {
    const { code, stderr } = await memtop(args, { cwd: temporaryFolder(t) });
    t.is(code, 2);
    t.is(stderr, `memtop: ${message}\n`);
  });
}

test('a gate names the task, the process and what to run again, without its secrets', async (t) => {
  const { cwd, write } = files(t);
  write('a.json', 400, { web: 300, api: 20 });
  const { code, stdout } = await memtop(['gate', '--max-peak', '*=100M', 'a.json'], { cwd });
  t.is(code, 120);
  t.is(
    stdout.toString(),
    [
      'over budget: a.json: web: peak 300MB, 200MB above the 100MB allowed',
      '  the largest of 1 process: 300MB node build.js --token [redacted]',
      '  to see it again: cd /work/app && memtop -- npm run build',
      '',
    ].join('\n'),
  );
});

test('a gate that holds says what it has looked at', async (t) => {
  const { cwd, write } = files(t);
  write('a.json', 400);
  write('b.json', 420);
  const flags = ['--max-peak', '1G', '--baseline', 'a.json', '--max-increase', '10%'];
  const { code, stdout } = await memtop(['gate', ...flags, 'b.json'], { cwd });
  t.is(code, 0);
  t.is(
    stdout.toString(),
    'within budget: b.json: peak 420MB of 1GB allowed; 1 more within their budgets\n',
  );
});

test('--max-peak fails a run with 120, and a command that fails keeps its code', async (t) => {
  const allocate = (code: number) => ['perl', '-e', `$x = "x" x 50_000_000; exit ${code}`];
  const cwd = temporaryFolder(t);
  const above = await memtop(['-q', '--max-peak', '20M', '--', ...allocate(0)], { cwd });
  t.is(above.code, 120);
  t.regex(
    above.stderr,
    /^memtop: over budget: the run: peak [\d.]+MB, [\d.]+MB above the 20MB allowed/,
  );
  t.regex(above.stderr, /^memtop: {3}to see it again: .*memtop -- perl -e /m);
  t.is((await memtop(['-q', '--max-peak', '20M', '--', ...allocate(7)], { cwd })).code, 7);
  const below = await memtop(['-q', '--max-peak', '500M', '--', ...allocate(0)], { cwd });
  t.is(below.code, 0);
  t.is(below.stderr, '');
});

test('the config can hold budgets, one or several', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'memtop.config.json'), '{"maxPeak":["20M","*=1G"]}');
  const { code } = await memtop(['-q', '--', 'perl', '-e', '$x = "x" x 50_000_000'], { cwd });
  t.is(code, 120);
  writeFileSync(join(cwd, 'memtop.config.json'), '{"maxPeak":["20M","much"]}');
  const wrong = await memtop(['-q', '--', 'true'], { cwd });
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /maxPeak\[1\] must be a size such as 500M or 1\.5G, not /);
});
