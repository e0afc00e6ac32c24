import test from 'ava';
import type { ProcessPlace } from '../../ts/inspect/place.js';
import type { ProcessRecord } from '../../ts/inspect/process.js';
import { groupsOf, type SizedProcess } from '../../ts/ui/machine/groups.js';
import { rowsOf } from '../../ts/ui/machine/rows.js';

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

test('what stands below a service that another one has started is a tree of its own', (t) => {
  const [, group] = groupsOf(
    [...machine, record(32, 31, 45, 'worker')],
    (process) => (process.pid === 31 ? service : undefined),
    'memory',
  );
  t.is(group?.name, 'daemon');
});

test('processes that are told as ancestors of each other are shown nowhere, and nothing hangs', (t) => {
  const circle = [record(5, 6, 10, 'a'), record(6, 5, 10, 'b')];
  t.deepEqual(
    groupsOf(circle, () => undefined, 'memory'),
    [],
  );
});

test('an open group shows its tree, and a search opens what holds it', (t) => {
  const groups = groupsOf(machine, placeOf, 'memory');
  t.deepEqual(
    rowsOf(groups, new Set([groups[0]?.key ?? '']), '').map(({ lines, name }) => `${lines}${name}`),
    ['shell', '└─ shell', '   └─ build', 'daemon', 'db.service', 'init'],
  );
  t.deepEqual(
    rowsOf(groups, new Set(), 'POST').map(({ name }) => name),
    ['db.service', 'postgres'],
  );
});
