/** The flags of a run that say what to watch, and when and how to end it. */
import test from 'ava';
import { bench } from '../../ts/cli/commands/bench.js';
import { diff } from '../../ts/cli/commands/diff.js';
import { exec } from '../../ts/cli/commands/exec.js';
import { gate } from '../../ts/cli/commands/gate.js';
import { commands } from '../../ts/cli/commands/index.js';
import { helpOf } from '../../ts/cli/help.js';
import { execOptions } from '../../ts/cli/options.js';
import { parse } from '../../ts/cli/parse.js';
import { UsageError } from '../../ts/cli/usage-error.js';

const MB = 1024 * 1024;
const options = (argv: readonly string[], environment: Record<string, string> = {}) =>
  execOptions(parse(argv, exec.flags), environment);

test('without a flag nothing is set and the guard is on', (t) => {
  const { guard, github, json, quiet, chart, maxPeak, ...more } = options([]);
  const { label, stages, rules, redact, logHeapUsage, heap, ...others } = more;
  t.deepEqual([guard, github, chart, redact], [true, true, false, false]);
  t.deepEqual([json, quiet, label], [undefined, false, undefined]);
  t.deepEqual([stages, rules, maxPeak, logHeapUsage, heap], [[], [], [], false, false]);
  t.true(Object.values(others).every((value) => value === undefined));
});

for (const [argv, expected] of [
  [['--warn', '100M'], { warn: 100 * MB }],
  [['--limit', '500M'], { limit: 500 * MB }],
  [['--limit=80%'], { limit: { percent: 80 } }],
  [['--warn', '1G', '--limit', '1G'], { warn: 1024 * MB, limit: 1024 * MB }],
  [['--warn', '90%', '--limit', '1M'], { warn: { percent: 90 }, limit: MB }],
  [['--no-guard'], { guard: false }],
  [
    ['--max-peak', '1G', '--max-peak', 'web:build=500M'],
    { maxPeak: [{ value: 1024 * MB }, { task: 'web:build', value: 500 * MB }] },
  ],
  [['--no-github'], { github: false }],
  [['--chart'], { chart: true }],
  [['--csv', 'a', '--markdown', '-', '--html', 'b'], { csv: 'a', markdown: '-', html: 'b' }],
  [['--limit-exit-code', '42'], { limitExitCode: 42 }],
  [['--timeout', '1.5m'], { timeoutMs: 90_000 }],
  [['--timeout', '10'], { timeoutMs: 10_000 }],
  [['--timeout', '.1'], { timeoutMs: 100 }],
  [['--timeout', '10.34'], { timeoutMs: 10_340 }],
  [['--timeout', '10.'], { timeoutMs: 10_000 }],
  [['--timeout', '1e3'], { timeoutMs: 1_000_000 }],
  [['--timeout', '1E-1m'], { timeoutMs: 6_000 }],
  [['--timeout', '0'], { timeoutMs: 0 }],
  [['--timeout', '0s'], { timeoutMs: 0 }],
  [['--timeout', '9999d'], { timeoutMs: 9999 * 86_400_000 }],
  [['--grace', '.5'], { graceMs: 500 }],
  [['--grace', '0'], { graceMs: 0 }],
  [['--grace', '500ms'], { graceMs: 500 }],
  [['--trace', 'on'], { trace: 'on' }],
  [['--pty', 'off'], { pty: 'off' }],
  [['--survivors', 'kill'], { survivors: 'kill' }],
  [['--log-heap-usage'], { logHeapUsage: true }],
  [
    ['--stage', 'compile=tsc', '--stage', 'bundle=a=b'],
    {
      stages: [
        { name: 'compile', argv: 'tsc' },
        { name: 'bundle', argv: 'a=b' },
      ],
    },
  ],
] as const) {
  test(`${argv.join(' ')} is taken`, (t) => {
    t.like(options(argv), expected);
  });
}

for (const [value, expected] of [
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
] as const) {
  const prints = expected ? 'prints' : 'prints no';
  test(`MEMTOP_LOG_HEAP_USAGE=${value} ${prints} lines of tasks`, (t) => {
    const environment = { MEMTOP_LOG_HEAP_USAGE: value };
    t.is(options([], environment).logHeapUsage, expected);
    t.true(options(['--log-heap-usage'], environment).logHeapUsage);
  });
}

test('a stage cannot be given twice', (t) => {
  t.throws(() => options(['--stage', 'a=b', '--stage', 'a=c']), {
    instanceOf: UsageError,
    message: '--stage a is given twice',
  });
});

const size = 'must be a size such as 500M, 1.5G or 80%';
const exitCode = 'must be a whole number from 1 to 255';
const time = 'must be a time such as 30s, 5m or 1h';
for (const [flag, value, message] of [
  ['--warn', '', size],
  ['--warn', 'much', size],
  ['--limit', '0', size],
  ['--limit', '0%', size],
  ['--limit', '101%', 'must be at most 100%'],
  ['--limit', '1.5', size],
  ['--limit-exit-code', '0', exitCode],
  ['--limit-exit-code', '256', exitCode],
  ['--limit-exit-code', '1.5', exitCode],
  ['--limit-exit-code', '', exitCode],
  ['--limit-exit-code', '0x10', exitCode],
  ['--timeout', '', time],
  ['--timeout', '.', time],
  ['--timeout', '-1', time],
  ['--timeout', '5 s', time],
  ['--timeout', '5x', time],
  ['--timeout', '0x10', time],
  ['--grace', 'long', 'must be a length of time such as 500ms or 2s, at most 1h'],
  ['--trace', 'yes', 'must be one of auto, kernel, ptrace, on, off'],
  ['--pty', 'ON', 'must be one of auto, on, off'],
  ['--survivors', '', 'must be one of leave, wait, kill'],
  ['--stage', 'tsc', 'must be a name and a regular expression, as in compile=tsc'],
  ['--stage', '=tsc', 'must be a name and a regular expression, as in compile=tsc'],
  ['--stage', 'compile=', 'must be a name and a regular expression, as in compile=tsc'],
  ['--stage', 'a=b(', 'is not a regular expression: unterminated group'],
  [
    '--stage',
    'a=b(?=c)',
    'is not a regular expression: lookaround and backreferences are not supported',
  ],
] as const) {
  test(`${flag}=${value} is refused by name`, (t) => {
    t.throws(() => options([`${flag}=${value}`]), {
      instanceOf: UsageError,
      message: `${flag} ${message}, not ${JSON.stringify(value)}`,
    });
  });
}

test('the thresholds and the tracing can be set by variables, and flags come before them', (t) => {
  const environment = { MEMTOP_WARN: '1M', MEMTOP_LIMIT: '50%', MEMTOP_TRACE: 'off' };
  t.like(options([], environment), { warn: MB, limit: { percent: 50 }, trace: 'off' });
  t.like(options(['--limit', '2M', '--trace', 'on'], environment), { limit: 2 * MB, trace: 'on' });
  t.is(options([], { ...environment, MEMTOP_LIMIT: '' }).limit, undefined);
  t.throws(() => options([], { MEMTOP_LIMIT: 'x' }), { message: `MEMTOP_LIMIT ${size}, not "x"` });
});

for (const [argv, environment, message] of [
  [
    ['--warn', '2G', '--limit', '1G'],
    {},
    '--warn 2G must not be above the limit, and --limit is 1G',
  ],
  [['--warn=90%', '--limit=80%'], {}, '--warn 90% must not be above the limit, and --limit is 80%'],
  [
    ['--limit', '1M'],
    { MEMTOP_WARN: '1G' },
    'MEMTOP_WARN 1G must not be above the limit, and --limit is 1M',
  ],
] as const) {
  test(`a warning above the limit is refused: ${message}`, (t) => {
    t.throws(() => options(argv, environment), { instanceOf: UsageError, message });
  });
}

for (const [name, command] of Object.entries({ exec, bench, diff, gate })) {
  test(`the help of ${name} names each flag and is no wider than 80 columns`, (t) => {
    const lines = helpOf(command, name === 'exec' ? undefined : name, commands).split('\n');
    t.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    for (const flag of command.flags) {
      t.true(lines.some((line) => `${line} `.includes(` --${flag.name} `)));
    }
  });
}
