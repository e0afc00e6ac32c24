import test from 'ava';
import { parentsFirst, processTrees, shortLead, treeRows } from '../../ts/report/process-tree.js';

interface Process {
  readonly pid: number;
  readonly parentPid?: number;
}

interface Node {
  readonly pid: number;
  readonly children: readonly Node[];
}

function trees(processes: readonly Process[]): Node[] {
  return processTrees(processes, ({ pid }, children: Node[]): Node => ({ pid, children }));
}

function drawn(processes: readonly Process[]): string[] {
  return treeRows(trees(processes)).map(({ node, lead }) => `${lead}${node.pid}`);
}

const family = [
  { pid: 4, parentPid: 2 },
  { pid: 1 },
  { pid: 2, parentPid: 1 },
  { pid: 3, parentPid: 1 },
  { pid: 9, parentPid: 8 },
];

test('each process is below its parent, in the given order', (t) => {
  t.deepEqual(drawn(family), ['1', '├ 2', '│ └ 4', '└ 3', '9']);
  t.deepEqual(
    treeRows(trees(family)).map(({ depth }) => depth),
    [0, 1, 2, 1, 0],
  );
  t.deepEqual(
    parentsFirst(family).map(({ pid }) => pid),
    [1, 2, 3, 4, 9],
  );
});

test('the roots have lines if they are below another line', (t) => {
  const rows = treeRows(trees(family), { areRootsBelow: true });
  t.deepEqual(
    rows.map(({ lead }) => lead),
    ['├ ', '│ ├ ', '│ │ └ ', '│ └ ', '└ '],
  );
});

test('a hidden process takes no line', (t) => {
  const rows = treeRows(trees(family), { isShown: ({ pid }) => pid !== 3 && pid !== 4 });
  t.deepEqual(
    rows.map(({ node, lead }) => `${lead}${node.pid}`),
    ['1', '└ 2', '9'],
  );
});

test('among circular ancestors the first is the root, and none is lost', (t) => {
  const circle = [
    { pid: 5, parentPid: 7 },
    { pid: 6, parentPid: 5 },
    { pid: 7, parentPid: 6 },
    { pid: 8, parentPid: 8 },
  ];
  t.deepEqual(drawn(circle), ['5', '└ 6', '  └ 7', '8']);
});

test('a chain of 50,000 processes and a parent of 200,000 have their rows', (t) => {
  const chain = Array.from({ length: 50_000 }, (_, index) => ({
    pid: index + 1,
    parentPid: index,
  }));
  const rows = treeRows(trees(chain));
  t.is(rows.at(-1)?.depth, 49_999);
  t.true((rows.at(-1)?.lead.length ?? 0) < 2_000);
  const fan = Array.from({ length: 200_000 }, (_, index) => ({ pid: index + 1, parentPid: 1 }));
  t.is(treeRows(trees(fan)).length, 200_000);
});

test('connecting lines that are too long keep their end', (t) => {
  t.is(shortLead('│ │ └ ', 6), '│ │ └ ');
  t.is(shortLead('│ │ └ ', 3), '…└ ');
  t.is(shortLead('│ │ └ ', 0), '');
});
