import test from 'ava';
import { benchSummary } from '../../ts/report/bench-summary.js';
import type { Bench } from '../../ts/result/types.js';
import { MB } from '../helpers/measured.js';
import { resultOf } from '../helpers/result-of.js';

const summaryOf = (bench: Partial<Bench>, made = resultOf({ megabytes: 400 })) =>
  benchSummary({ ...made, bench: { outcome: 'ok', verify: [], cleared: [], ...bench } }, 120);

test('headline and attribution stand side by side with the gap between them', (t) => {
  const lines = summaryOf(
    { headline: { bytes: 500 * MB, from: 'cgroup', gapBytes: 100 * MB } },
    resultOf({ megabytes: 400, kernelMegabytes: 500 }),
  );
  t.is(lines[0], 'memtop: peak 500MB; ok, in 20s');
  t.true(lines.includes('  by the kernel    500MB peak'));
  t.regex(
    lines.join('\n'),
    /by process +400MB at 10s \(unique memory\); the kernel counts 100MB more: files/,
  );
});

test('without a group the sum is the headline, and no kernel is named', (t) => {
  const lines = summaryOf({ headline: { bytes: 400 * MB, from: 'pss' } });
  t.is(lines[0], 'memtop: peak 400MB; ok, in 20s');
  t.false(lines.some((line) => line.includes('kernel')));
});

const container = { engine: 'docker', image: 'node:24', memoryLimitBytes: 512 * MB } as const;
const headline = { bytes: 511 * MB, from: 'cgroup' } as const;

test('a container says whether the command fits', (t) => {
  const fits = summaryOf({ headline, container: { ...container, fits: true } });
  t.true(fits.includes('  container        node:24 by docker: fits in 512MB: 511MB at most'));
  const killed = summaryOf({
    outcome: 'command-failed',
    headline,
    container: { ...container, fits: false },
  });
  t.true(
    killed.includes(
      '  container        node:24 by docker: ' +
        'does not fit in 512MB (killed by the kernel at 511MB after 20s)',
    ),
  );
});

test('the table shows verified, missing and optional paths', (t) => {
  const lines = summaryOf({
    outcome: 'verification-failed',
    verify: [
      { path: 'dist/a.js', isRequired: true, state: 'fresh', fileCount: 1, bytes: 2048 },
      { path: 'dist/b.js', isRequired: true, state: 'missing', fileCount: 0, bytes: 0 },
      { path: 'maps/*', isRequired: false, state: 'stale', fileCount: 2, bytes: MB },
    ],
  });
  const from = lines.findIndex((line) => line.startsWith('  verified'));
  t.deepEqual(lines.slice(from, from + 4), [
    '  verified         ok               the command ended with 0',
    '                   ok               dist/a.js                 1 file, 2KB',
    '                   MISSING          dist/b.js',
    '                   stale, optional  maps/*                    2 files, 1MB',
  ]);
});

test('a path cannot control the terminal', (t) => {
  const path = 'a\u001b[31m\nb';
  const verify = [{ path, isRequired: true, state: 'missing', fileCount: 0, bytes: 0 } as const];
  const text = summaryOf({ verify, hint: path, logFile: path }).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  t.notRegex(text, /[\u0000-\u001f]/);
});
