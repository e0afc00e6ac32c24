import test from 'ava';
import { isAbove, parseSize, sizeOf } from '../../ts/tracker/size.js';

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

for (const [text, size] of [
  ['1', 1],
  ['4096', 4096],
  ['4096B', 4096],
  ['100K', 100 * KB],
  ['100k', 100 * KB],
  ['500M', 500 * MB],
  ['500MB', 500 * MB],
  ['500MiB', 500 * MB],
  ['1.5G', 1.5 * GB],
  ['500Mi', 500 * MB],
  ['2gib', 2 * GB],
  ['0.1K', 102],
  ['1T', 1024 * GB],
  ['80%', { percent: 80 }],
  ['12.5%', { percent: 12.5 }],
  ['100%', { percent: 100 }],
] as const) {
  test(`${text} is a size`, (t) => {
    t.deepEqual(parseSize(text), size);
    t.deepEqual(sizeOf(text), size);
  });
}

for (const text of [
  ...['', ' ', '0', '0M', '0%', '-1', '-5M', '+5M', '1.5', '.5G', '5.G', '1e9', 'M', '%', 'NaN'],
  ...['101%', '5 M', ' 5M', '5M ', '5X', '5MM', '5Bi', '5iB', '0x10', '9999999999T', '1,5G', '5\n'],
]) {
  test(`${JSON.stringify(text)} is no size`, (t) => {
    t.is(parseSize(text), undefined);
  });
}

test('a size may be a number of bytes', (t) => {
  t.is(sizeOf(500 * MB), 500 * MB);
  for (const value of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, null, {}, true]) {
    t.is(sizeOf(value), undefined);
  }
});

test('only like is compared with like', (t) => {
  t.true(isAbove(2 * MB, MB));
  t.false(isAbove(MB, MB));
  t.true(isAbove({ percent: 90 }, { percent: 80 }));
  t.false(isAbove({ percent: 80 }, { percent: 80 }));
  t.false(isAbove({ percent: 90 }, MB));
  t.false(isAbove(GB, { percent: 1 }));
});
