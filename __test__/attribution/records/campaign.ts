/**
 * Tests that every process in the tree of a real task runner is in its task, and that the peaks of
 * the tasks are right.
 */
import test, { type ExecutionContext } from 'ava';
import type { Peak } from '../../../ts/result/types.js';
import { whyNotInstalled } from '../../helpers/installed.js';
import { MB } from '../../helpers/measured.js';
import { skip } from '../../helpers/needs.js';
import { whatIsMissing } from '../../helpers/programs.js';
import type { Ran, Reported } from './workspace.js';

/** MEMTOP_TEST_RUNNERS=all tries all of them, as `npm run test:runners` does. */
const isWhole = process.env.MEMTOP_TEST_RUNNERS === 'all';

/** The own memory of a payload's programs, including mapped libraries. */
export const ownMegabytes = 9;

type Trace = 'on' | 'off';

interface Conditions {
  /** Programs without which it is skipped. */
  readonly needs?: readonly string[];
  /** Packages of the registry without which it is skipped. */
  readonly tools?: readonly string[];
  /** Whether it belongs to the long form only. */
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
  /** The allocations of its processes at its peak; none if unknown. */
  readonly megabytes?: readonly number[];
  /** The most that a task runner adds if it does the work in its own process. */
  readonly besides?: number;
  /** Whether wrappers that only wait precede it, and whether npm is one of them. */
  readonly wrapper?: 'any' | 'npm';
  /** Default: 0. */
  readonly code?: number;
}

interface Limits {
  /** No variable distinguishes the tasks, so an orphan has no known task without tracing. */
  readonly losesOrphans?: boolean;
}

export function holds(
  t: ExecutionContext,
  { result, reported, trace, stderr, stdout }: Ran,
  expected: Readonly<Record<string, Expected>>,
  { losesOrphans = false }: Limits = {},
): void {
  const { tasks: found = [] } = result;
  const whereIs = ({ pid }: Reported) => ({
    in: found.filter(({ peak }) => pidsOf(peak).includes(pid)).map(({ id }) => id),
    atPeak: result.peak?.processes.find((one) => one.pid === pid),
  });
  const tasks = found.filter(({ id, kind }) => kind !== 'service' || id in expected);
  const isTraced = trace === 'on';
  t.is(result.sampling.method, isTraced ? 'traced' : 'scanned');
  // Without tracing, a very short task may not be seen at all.
  const isSure = (id: string) => isTraced || expected[id]?.megabytes !== undefined;
  const ids = tasks.map(({ id }) => id).filter((id) => !(id in expected) || isSure(id));
  t.deepEqual(ids.sort(), Object.keys(expected).filter(isSure).sort(), `${stderr}${stdout}`);
  for (const task of tasks) {
    const { megabytes, besides = 0, wrapper, code = 0 } = expected[task.id] ?? {};
    // The parent of a service may end it in any way.
    if (task.kind !== 'service') {
      if (isTraced) t.is(task.exit?.code, code, task.id);
      // Otherwise only some task runners record it, and some record only that it failed.
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
    const held = JSON.stringify(task.peak?.processes);
    t.true(peak >= sum && peak < sum + slack, `${task.id}: ${peak} of ${sum} MB: ${held}`);
    const there = pidsOf(task.peak);
    const own = reported.filter((one) => one.task === task.id && megabytes.includes(one.megabytes));
    t.is(own.length, 4 * megabytes.length, `reports of ${task.id}`);
    const known = own.filter(({ role }) => isTraced || !losesOrphans || role !== 'orphan');
    t.deepEqual(
      known.filter(({ pid }) => !there.includes(pid)).map((one) => ({ ...one, ...whereIs(one) })),
      [],
      `missing in ${task.id}`,
    );
  }
  const strangers = reported.flatMap((one) =>
    found
      .filter(({ id, peak }) => id !== one.task && pidsOf(peak).includes(one.pid))
      .map(({ id }) => `${one.pid} of ${one.task} in ${id}`),
  );
  t.deepEqual(strangers, []);
  const taskOf = new Map(reported.map(({ pid, task }) => [pid, task]));
  const misplaced = (result.peak?.processes ?? []).filter(
    ({ pid, task }) =>
      taskOf.has(pid) && (isTraced || task !== undefined) && taskOf.get(pid) !== task,
  );
  t.deepEqual(misplaced, []);
}

function pidsOf(peak: Peak | undefined): number[] {
  return (peak?.processes ?? []).map(({ pid }) => pid);
}
