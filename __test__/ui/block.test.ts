import test from 'ava';
import { widthOf } from '../../ts/report/plain-text.js';
import { type BlockData, blockLines } from '../../ts/ui/inline/block.js';

const MB = 1024 ** 2;
const plain = { isColoured: false, isAscii: false };
const data: BlockData = {
  atMs: 12_345,
  bytes: 512 * MB,
  peakBytes: 768 * MB,
  peakAtMs: 8_100,
  processCount: 12,
  trend: [1, 2, 3, 4, 5, 6, 7, 8].map((value) => value * 96 * MB),
  limitBytes: 1024 * MB,
  tasks: [
    { id: 'web:build', bytes: 300 * MB, peakBytes: 512 * MB },
    { id: 'api:test', bytes: 120 * MB, peakBytes: 200 * MB },
    { id: '漢字'.repeat(20), bytes: 20 * MB, peakBytes: 20 * MB },
  ],
  largest: [
    { name: 'node', bytes: 400 * MB, count: 9 },
    { name: 'tsc', bytes: 100 * MB, count: 1 },
  ],
};

test('the lines show current memory, peak, limit, tasks and the largest process', (t) => {
  t.deepEqual(blockLines(data, 24, { columns: 81, ...plain }), [
    '── memtop 12s ──',
    ' now    512MB  peak    768MB at 8.1s                     ▂▃▄▅▆▇██  12 processes',
    ' limit ███████████████░░░░░░░░░░░░░░░ 50% of 1GB',
    ' tasks web:build 300MB (peak 512MB)   api:test 120MB (peak 200MB)   1 more',
    ' largest node x9 400MB   tsc 100MB',
  ]);
});

for (const columns of [20, 40, 80, 200]) {
  test(`no line is wider than ${columns} columns, and the last column stays free`, (t) => {
    for (const isAscii of [false, true]) {
      for (const line of blockLines(data, 24, { columns, isColoured: false, isAscii })) {
        t.true(widthOf(line) < columns, line);
        if (isAscii) t.regex(line, /^[ -~]*$/);
      }
    }
  });
}

test('colours do not change the text', (t) => {
  const look = { columns: 60, isAscii: false };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
  const without = (line: string) => line.replaceAll(/\u001b\[[\d;]*m/g, '');
  t.deepEqual(
    blockLines(data, 24, { ...look, isColoured: true }).map(without),
    blockLines(data, 24, { ...look, isColoured: false }),
  );
});

test('a low terminal gets fewer lines', (t) => {
  t.is(blockLines(data, 16, { columns: 80, ...plain }).length, 3);
  t.is(blockLines(data, 8, { columns: 80, ...plain }).length, 2);
});

test('names of processes cannot move the cursor', (t) => {
  const evil = { ...data, largest: [{ name: '\u001b[2J\nx', bytes: MB, count: 1 }] };
  const lines = blockLines(evil, 24, { columns: 80, ...plain });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  t.notRegex(lines.join(''), /[\u0000-\u001f]/);
});
