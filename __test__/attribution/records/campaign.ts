/**
 * Tests that in a tree which a real task runner has made every process is in its task, and that the
 * peaks of the tasks are right.
 */
import test, { type ExecutionContext } from 'ava';
import type { Peak } from '../../../ts/result/types.js';
import { whyNotInstalled } from '../../helpers/installed.js';
import { MB } from '../../helpers/measured.js';
import { skip } from '../../helpers/needs.js';
import { whatIsMissing } from '../../helpers/programs.js';
import type { Ran, Told } from './workspace.js';

/** MEMTOP_TEST_RUNNERS=all has all of them tried, as `npm run test:runners` does. */
const isWhole = process.env.MEMTOP_TEST_RUNNERS === 'all';

/** What the programs of a payload have of their own, with the libraries that they have mapped. */
export const ownMegabytes = 9;

type Trace = 'on' | 'off';

interface Conditions {
  /** Programs without which it is skipped. */
  readonly needs?: readonly string[];
  /** Packages of the registry without which it is skipped. */
  readonly tools?: readonly string[];
  /** It is for the long form only. */
  readonly isLong?: boolean;
}

/** A test with each way of following processes. */
export function runs(
  title: string,
  { needs = [], tools = [], isLong = false }: Conditions,
  act: (t: ExecutionContext, trace: Trace) => Promise<void>,
): void {
  const define = isLong && !isWhole ? test.serial.skip : test.serial;
  for (const trace of ['on', 'off'] as const) {
    define(`${title} (--trace ${trace})`, async (t) => {
      t.timeout(300_000);
      const missing = whatIsMissing(needs) ?? tools.map(whyNotInstalled).find((why) => why);
      if (missing === undefined) return act(t, trace);
      skip(t, missing);
    });
  }
}

export interface Expected {
  /** What its processes took that were there together at its peak; none for one that is not known. */
  readonly megabytes?: readonly number[];
  /** What a process of the task runner that does the work itself takes besides, at most. */
  readonly besides?: number;
  /** Whether processes stand before it that only wait, and whether npm is one of them. */
  readonly wrapper?: 'any' | 'npm';
  /** Default: 0. */
  readonly code?: number;
}

interface Limits {
  /** No variable tells the tasks apart, so that without tracing nobody knows whose an orphan is. */
  readonly losesOrphans?: boolean;
}

export function holds(
  t: ExecutionContext,
  { result, told, trace, stderr, stdout }: Ran,
  expected: Readonly<Record<string, Expected>>,
  { losesOrphans = false }: Limits = {},
): void {
  const { tasks: found = [] } = result;
  const whereIs = ({ pid }: Told) => ({
    in: found.filter(({ peak }) => pidsOf(peak).includes(pid)).map(({ id }) => id),
    atPeak: result.peak?.processes.find((one) => one.pid === pid),
  });
  const tasks = found.filter(({ id, kind }) => kind !== 'service' || id in expected);
  const isTraced = trace === 'on';
  t.is(result.sampling.method, isTraced ? 'traced' : 'scanned');
  // Without tracing, what is over in a moment may not be seen at all.
  const isSure = (id: string) => isTraced || expected[id]?.megabytes !== undefined;
  const ids = tasks.map(({ id }) => id).filter((id) => !(id in expected) || isSure(id));
  t.deepEqual(ids.sort(), Object.keys(expected).filter(isSure).sort(), `${stderr}${stdout}`);
  for (const task of tasks) {
    const { megabytes, besides = 0, wrapper, code = 0 } = expected[task.id] ?? {};
    // Who started a service may end it in any way.
    if (task.kind !== 'service') {
      if (isTraced) t.is(task.exit?.code, code, task.id);
      // Otherwise only some task runners write it down, and of a failure some no more than that.
      else if (task.exit) t.is(task.exit.code ?? (code || null), code, task.id);
    }
    const wrappers = (task.wrappers?.bytes ?? 0) / MB;
    const least = { any: 0, npm: 10 };
    if (wrapper) t.true(wrappers > least[wrapper], `${task.id} has wrappers of ${wrappers} MB`);
    if (megabytes === undefined) continue;
    const peak = (task.peak?.bytes ?? 0) / MB;
    const sum = megabytes.reduce((one, other) => one + other);
    t.log(`${task.id}: ${peak.toFixed(1)} of ${sum} MB, wrappers ${wrappers.toFixed(1)} MB`);
    const slack = Math.max(sum * 0.03, megabytes.length * ownMegabytes) + besides;
    const who = JSON.stringify(task.peak?.processes);
    t.true(peak >= sum && peak < sum + slack, `${task.id}: ${peak} of ${sum} MB: ${who}`);
    const there = pidsOf(task.peak);
    const own = told.filter((one) => one.task === task.id && megabytes.includes(one.megabytes));
    t.is(own.length, 4 * megabytes.length, `${task.id} told of itself`);
    const known = own.filter(({ role }) => isTraced || !losesOrphans || role !== 'orphan');
    t.deepEqual(
      known.filter(({ pid }) => !there.includes(pid)).map((one) => ({ ...one, ...whereIs(one) })),
      [],
      `missing in ${task.id}`,
    );
  }
  const strangers = told.flatMap((one) =>
    found
      .filter(({ id, peak }) => id !== one.task && pidsOf(peak).includes(one.pid))
      .map(({ id }) => `${one.pid} of ${one.task} in ${id}`),
  );
  t.deepEqual(strangers, []);
  const taskOf = new Map(told.map(({ pid, task }) => [pid, task]));
  const misplaced = (result.peak?.processes ?? []).filter(
    ({ pid, task }) =>
      taskOf.has(pid) && (isTraced || task !== undefined) && taskOf.get(pid) !== task,
  );
  t.deepEqual(misplaced, []);
}

function pidsOf(peak: Peak | undefined): number[] {
  return (peak?.processes ?? []).map(({ pid }) => pid);
}
