import test from 'ava';
import { measuredTree } from '../../ts/cli/commands/live.js';
import { blockData } from '../../ts/cli/view/block-data.js';
import { livingProcesses } from '../../ts/cli/view/living.js';
import type { ProcessRecord } from '../../ts/inspect/process.js';
import type { SnapshotRecord } from '../../ts/native/addon.js';
import { snapshotOf } from '../../ts/tracker/api/snapshot.js';
import { groupsOf, withResidentMemory } from '../../ts/ui/machine/groups.js';
import { rowsOf } from '../../ts/ui/machine/rows.js';
import { Random } from '../helpers/random.js';

const MB = 1024 * 1024;
const nowhere = () => undefined;

/** A tree with much shared memory, in the form that the sampler reports. */
function randomSnapshot(random: Random): SnapshotRecord {
  const tasks = 3;
  const living = Array.from({ length: 1 + random.integer(30) }, (_, index) => {
    const rssBytes = (1 + random.integer(200)) * MB;
    return {
      pid: 100 + index,
      parentPid: index === 0 ? 1 : 100 + random.integer(index),
      startedAtMs: index,
      name: ['node', 'sh', ''][random.integer(3)] ?? '',
      command: ['node', `${index}`],
      rssBytes,
      bytes: Math.floor(rssBytes * random.uniform()),
      ...(random.uniform() < 0.7 && { task: random.integer(tasks) }),
    };
  });
  const found = Array.from({ length: tasks }, (_, index) => ({
    id: `task ${index}`,
    isService: false,
    work: {},
  }));
  return {
    atMs: 1,
    bytes: living.reduce((sum, { bytes }) => sum + bytes, 0),
    tree: { timeline: { atMs: [], bytes: [] } },
    found: { tasks: found },
    living,
  } as unknown as SnapshotRecord;
}

/** The process table after that: all of them except one that has ended, and others. */
function listed(snapshot: SnapshotRecord): ProcessRecord[] {
  const others = [{ pid: 7, parentPid: 1, name: 'x', command: ['x'], rssBytes: 9 * MB }];
  return [...snapshot.living.slice(1), ...others].map((process) => ({
    ...process,
    started: 5,
    state: 'sleeping',
  }));
}

const sumOf = (list: readonly { readonly bytes: number }[]) =>
  list.reduce((sum, { bytes }) => sum + bytes, 0);

test('the parts in live views add up to the total', (t) => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const snapshot = randomSnapshot(new Random(seed));
    const shown = livingProcesses(snapshot.living, listed(snapshot));
    const groups = groupsOf(shown, nowhere, 'memory');
    t.is(sumOf(groups), snapshot.bytes, `seed ${seed}`);
    const rows = rowsOf(groups, new Set(groups.map(({ key }) => key)), '');
    const own = rows.flatMap(({ isGroup, canOpen, ownBytes, bytes }) =>
      isGroup ? (canOpen ? [] : [{ bytes }]) : [{ bytes: ownBytes ?? Number.NaN }],
    );
    t.is(sumOf(own), snapshot.bytes, `seed ${seed}`);

    const block = blockData(snapshot);
    t.is(sumOf(block.largest), block.bytes, `seed ${seed}`);
    const ofTasks = snapshot.living.filter(({ task }) => task !== undefined);
    t.is(sumOf(block.tasks), sumOf(ofTasks), `seed ${seed}`);
    t.is(sumOf(snapshotOf(snapshot).processes), snapshot.bytes, `seed ${seed}`);
  }
});

test('attach shows a total and processes of the same sample', async (t) => {
  const first = randomSnapshot(new Random(1));
  const second = randomSnapshot(new Random(2));
  const snapshots = [first, first, second];
  const tree = measuredTree({ snapshot: () => snapshots.shift() });
  t.is(sumOf(await tree.look()), tree.snapshot()?.bytes ?? 0);
  t.is(tree.snapshot(), first);
  t.is(sumOf(await tree.look()), second.bytes);
  t.is(tree.snapshot(), second);
  t.is(tree.memoryTitle, 'MEMORY');
});

test('a process that has ended since is shown, without the details of another', (t) => {
  const snapshot = randomSnapshot(new Random(3));
  const [gone] = livingProcesses(snapshot.living, []);
  t.like(gone, { pid: 100, started: 0, state: 'other' });
});

test('the view of the machine shows resident memory', (t) => {
  const process = { pid: 7, started: 1, parentPid: 1, name: 'x', command: [], rssBytes: 9 };
  t.is(withResidentMemory([{ ...process, state: 'sleeping' }])[0]?.bytes, 9);
});
