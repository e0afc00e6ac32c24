import test from 'ava';
import type { PeakRecord, TreeRecord } from '../../../ts/native/addon.js';
import type { Peak, Result } from '../../../ts/result/types.js';
import type { Measured } from '../../../ts/tracker/native/outcome.js';
import { peakWithTasks } from '../../../ts/tracker/result/peak.js';
import { buildResult } from '../../../ts/tracker/result/result.js';
import { exampleResult, MB } from '../../helpers/example-result.js';
import { Random } from '../../helpers/random.js';

const sampling: Measured['sampling'] = {
  intervalMs: 10,
  ticks: 9,
  cpuMs: 1,
  pssReads: 0,
  pssRefused: 0,
  withoutDescriptor: 0,
  birthsAreReported: false,
  failures: 0,
  slowedDown: false,
  gaveUp: false,
};

const tasks = ['build', 'test', 'lint'].map((id) => ({ id, source: 'npm' }));
const names = ['node', 'sh', 'tsc', 'esbuild'];

function treeOf(peak: PeakRecord, tree: Partial<TreeRecord> = {}): TreeRecord {
  return {
    peak,
    floorBytes: peak.bytes,
    highestRssBytes: peak.rssBytes,
    timeline: { atMs: [], bytes: [] },
    seen: 1,
    found: 0,
    unmeasured: 0,
    maxAlive: 1,
    ...tree,
  };
}

function processOf(pid: number, bytes: number, rssBytes = bytes): PeakRecord['processes'][number] {
  return { pid, parentPid: 1, startedAtMs: 0, name: 'node', command: ['node'], bytes, rssBytes };
}

function peakRecord(
  processes: PeakRecord['processes'],
  metric: PeakRecord['metric'] = 'unique',
): PeakRecord {
  const sum = (key: 'bytes' | 'rssBytes') => processes.reduce((all, one) => all + one[key], 0);
  return { bytes: sum('bytes'), metric, rssBytes: sum('rssBytes'), atMs: 1, processes };
}

function measuredOf(tree: TreeRecord, more: Partial<Measured> = {}): Measured {
  return { tree, sampling, ...more };
}

/** A tree in the form that the sampler reports, its parts adding up to the sum. */
function randomMeasured(random: Random): Measured & { tree: { peak: PeakRecord } } {
  const processes = Array.from({ length: 1 + random.integer(12) }, (_, index) => {
    const rssBytes = random.integer(200) * MB;
    const bytes = Math.floor(rssBytes * random.uniform());
    return {
      ...processOf(100 + index, bytes, rssBytes),
      name: names[random.integer(names.length)] ?? '',
      ...(random.uniform() < 0.7 && { task: random.integer(tasks.length) }),
    };
  });
  const peak = peakRecord(processes, random.uniform() < 0.7 ? 'unique' : 'pss');
  const [largest] = processes.toSorted((one, other) => other.rssBytes - one.rssBytes);
  const tree = treeOf(peak, {
    floorBytes: Math.floor(peak.bytes * random.uniform()),
    ...(largest && { largest: { ...largest, bytes: largest.rssBytes + random.integer(50) * MB } }),
  });
  return {
    ...measuredOf(tree, {
      opened: tasks,
      ...(random.uniform() < 0.3 && { missedBytes: random.integer(3000) * MB }),
      ...(random.uniform() < 0.8 && { ceilingBytes: random.integer(4000) * MB }),
    }),
    tree: { ...tree, peak },
  };
}

function sumOf(list: readonly { readonly bytes: number }[]): number {
  return list.reduce((sum, { bytes }) => sum + bytes, 0);
}

function resultOf(measured: Measured): Result {
  return buildResult(exampleResult.run, {
    exit: exampleResult.exit,
    durationMs: 1,
    measured,
    remarks: [],
  });
}

test('parts add up to the peak, and it lies within its bounds', (t) => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const { peak, largestProcess } = resultOf(randomMeasured(new Random(seed)));
    if (!peak) return t.fail();
    const isNamed = peak.processes.length > 0;
    const ofTasks = peak.processes.filter(({ task }) => task !== undefined);
    const say = `seed ${seed}`;
    t.is(sumOf(peak.processes), isNamed ? peak.bytes : 0, say);
    t.is(sumOf(peak.rollup), isNamed ? peak.bytes : 0, say);
    t.is(sumOf(peak.tasks ?? []), sumOf(ofTasks), say);
    t.true(peak.lowerBytes <= peak.bytes, say);
    t.true(peak.bytes <= (peak.upperBytes ?? peak.bytes), say);
    t.true((largestProcess?.bytes ?? 0) <= peak.bytes, say);
    if (peak.method === 'kernel') t.is(peak.lowerBytes, peak.bytes, say);
    if (peak.metric !== 'pss') t.true(peak.lowerBytes >= (largestProcess?.bytes ?? 0), say);
  }
});

test('the bounds of a peak are those that are known', (t) => {
  const tree = treeOf(peakRecord([processOf(7, 60 * MB), processOf(8, 40 * MB, 50 * MB)]), {
    floorBytes: 80 * MB,
  });
  const { bytes, lowerBytes, upperBytes } = peakWithTasks(
    tree.peak as PeakRecord,
    measuredOf(tree, { ceilingBytes: 130 * MB }),
  );
  t.deepEqual([bytes, lowerBytes, upperBytes], [100 * MB, 80 * MB, 130 * MB]);
});

test('a single process above all samples is the peak', (t) => {
  const largest = processOf(7, 120 * MB);
  const tree = treeOf(peakRecord([processOf(7, 60 * MB), processOf(8, 40 * MB)]), { largest });
  const { peak, largestProcess } = resultOf(measuredOf(tree));
  t.is(peak?.bytes, 120 * MB);
  t.is(peak?.method, 'kernel');
  t.deepEqual(
    peak?.processes.map(({ pid, bytes }) => [pid, bytes]),
    [[7, 120 * MB]],
  );
  t.is(largestProcess?.bytes, 120 * MB);
});

test('a peak has its parts where they are known, and pss where it was read', (t) => {
  const read = { ...processOf(7, 60 * MB), pssBytes: 50 * MB };
  const made = { ...peakRecord([read, processOf(8, 40 * MB)]), anonBytes: 70 * MB };
  const tree = treeOf({ ...made, mappedBytes: 30 * MB });
  const peak = peakWithTasks(tree.peak as PeakRecord, measuredOf(tree)) as Peak;
  t.is(peak.anonBytes, 70 * MB);
  t.is(peak.mappedBytes, 30 * MB);
  t.is(peak.pssBytes, undefined);
  t.deepEqual(
    peak.processes.map((process) => process.pssBytes),
    [50 * MB, undefined],
  );
  t.false('pssBytes' in (peak.processes[1] ?? {}));
});
