import test from 'ava';
import { peakTree } from '../../ts/report/peak-tree.js';

const process = (pid: number, parentPid: number | undefined, bytes: number) => ({
  pid,
  ...(parentPid !== undefined && { parentPid }),
  startedAtMs: 0,
  name: `p${pid}`,
  command: [],
  bytes,
  rssBytes: 2 * bytes,
});

function lines(processes: Parameters<typeof peakTree>[0]): string[] {
  return peakTree(processes).map(
    ({ process, depth, bytes, totalBytes }) =>
      `${'.'.repeat(depth)}${process.name} ${bytes} ${totalBytes}`,
  );
}

test('each process follows its parent, the largest subtree first', (t) => {
  const processes = [
    process(5, 3, 50),
    process(4, 2, 40),
    process(1, 999, 10),
    process(2, 1, 1),
    process(3, 1, 0),
  ];
  t.deepEqual(lines(processes), ['p1 10 101', '.p3 0 50', '..p5 50 50', '.p2 1 41', '..p4 40 40']);
});

test('a process without its parent is a root, and none is lost', (t) => {
  t.deepEqual(lines([process(1, undefined, 1), process(2, 7, 2)]), ['p2 2 2', 'p1 1 1']);
  t.deepEqual(lines([]), []);
});

test('circular parents come to an end', (t) => {
  const circle = [process(1, 2, 1), process(2, 3, 1), process(3, 1, 1), process(4, 4, 1)];
  t.is(lines(circle).length, 4);
});

test('a recursion of many thousand processes has its order', (t) => {
  const deep = Array.from({ length: 20_000 }, (_, index) => process(index + 1, index, 1));
  const tree = peakTree(deep);
  t.is(tree.at(-1)?.depth, 19_999);
  t.is(tree[0]?.totalBytes, 20_000);
});

test('the order follows the parts of the peak, whatever else was read', (t) => {
  t.deepEqual(lines([{ ...process(1, 0, 9), pssBytes: 4 }]), ['p1 9 9']);
});
