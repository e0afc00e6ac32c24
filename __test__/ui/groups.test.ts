import test from 'ava';
import type { ProcessPlace } from '../../ts/inspect/place.js';
import type { ProcessRecord } from '../../ts/inspect/process.js';
import { groupsOf, type SizedProcess } from '../../ts/ui/machine/groups.js';
import { type Row, rowsOf } from '../../ts/ui/machine/rows.js';
import { columnsOf, rowText } from '../../ts/ui/machine/text.js';

function record(pid: number, parentPid: number, bytes: number, name: string): SizedProcess {
  return {
    pid,
    parentPid,
    started: pid,
    bytes,
    rssBytes: 3 * bytes,
    name,
    command: [name],
    state: 'sleeping',
  };
}

const machine = [
  record(1, 0, 10, 'init'),
  record(20, 1, 100, 'shell'),
  record(21, 20, 300, 'build'),
  record(30, 1, 50, 'daemon'),
  record(31, 30, 40, 'postgres'),
];
const service: ProcessPlace = { kind: 'service', name: 'db.service' };
const placeOf = ({ pid }: ProcessRecord) => (pid === 31 ? service : undefined);

test('processes are grouped by service and else by tree, the largest group first', (t) => {
  const groups = groupsOf(machine, placeOf, 'memory');
  t.deepEqual(
    groups.map(({ kind, name, bytes, processCount }) => [kind, name, bytes, processCount]),
    [
      ['tree', 'shell', 400, 2],
      ['tree', 'daemon', 50, 1],
      ['service', 'db.service', 40, 1],
      ['tree', 'init', 10, 1],
    ],
  );
});

test('processes below a service of another process are a tree of their own', (t) => {
  const [, group] = groupsOf(
    [...machine, record(32, 31, 45, 'worker')],
    (process) => (process.pid === 31 ? service : undefined),
    'memory',
  );
  t.is(group?.name, 'daemon');
});

test('processes that are ancestors of each other are one tree, and none is lost', (t) => {
  const circle = [record(5, 6, 10, 'a'), record(6, 5, 10, 'b')];
  const groups = groupsOf(circle, () => undefined, 'memory');
  t.deepEqual(
    groups.map(({ name, bytes, processCount }) => [name, bytes, processCount]),
    [['a', 20, 2]],
  );
});

test('a chain of 50,000 processes is grouped, opened and searched', (t) => {
  const depth = 50_000;
  const chain = Array.from({ length: depth }, (_, index) =>
    record(index + 2, index + 1, 1, index === depth - 1 ? 'last' : 'sh'),
  );
  const groups = groupsOf(chain, () => undefined, 'memory');
  t.is(groups[0]?.bytes, depth);
  t.is(rowsOf(groups, new Set([groups[0]?.key ?? '']), '').length, depth + 1);
  t.is(rowsOf(groups, new Set(), 'LAST').at(-1)?.name, 'last');
});

test('a name keeps its room however deep its process is, and its last lines lead to it', (t) => {
  const chain = Array.from({ length: 40 }, (_, index) => record(index + 2, index + 1, 1, 'shell'));
  const groups = groupsOf(chain, () => undefined, 'memory');
  const rows = rowsOf(groups, new Set([groups[0]?.key ?? '']), '');
  for (const isAscii of [false, true]) {
    const shown = { isAscii, isColoured: false };
    const { lead, name } = rowText(rows.at(-1) as Row, [], columnsOf(60), shown);
    t.true(lead.endsWith(isAscii ? '`- ' : '└─ '), lead);
    t.true(lead.startsWith(isAscii ? '  ~ ' : '  … '), lead);
    t.true(name.startsWith('41 shell'));
  }
});

test('an open group shows its tree, and a search opens what holds it', (t) => {
  const groups = groupsOf(machine, placeOf, 'memory');
  t.deepEqual(
    rowsOf(groups, new Set([groups[0]?.key ?? '']), '').map(({ lead, name }) => `${lead}${name}`),
    ['shell', '└─ shell', '   └─ build', 'daemon', 'db.service', 'init'],
  );
  t.deepEqual(
    rowsOf(groups, new Set(), 'POST').map(({ name }) => name),
    ['db.service', 'postgres'],
  );
});
