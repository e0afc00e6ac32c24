/** What the public types allow and forbid. Checked by `npm run check:types`, never run. */
import {
  type EndOptions,
  type GuardEventListener,
  type GuardEvents,
  type InspectorOptions,
  inspect,
  type KillOptions,
  type KillOutcome,
  type LimitEvent,
  MemoryTracker,
  MemtopError,
  type ProcessRecord,
  type ProcessState,
  type Result,
  RunFailed,
  type Running,
  type RunOptions,
  run,
  type Snapshot,
  type SnapshotProcess,
  type TaskResult,
  type TrackedResult,
  type TrackedTask,
  type TrackerOptions,
  type TrackOptions,
  type WarnEvent,
} from '../../ts/index.js';
import type { Exit, Peak, Task } from '../../ts/result/types.js';

type IsSame<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Takes a value of exactly this type; a plain parameter would take any narrower one, too. */
declare function expectType<Expected>(): <const Value>(
  value: Value,
  ...proof: IsSame<Value, Expected> extends true ? [] : [never]
) => void;

// @ts-expect-error a narrower type is another one
expectType<string | undefined>()('text' as string);

// run()
const running = run(['make', new Uint8Array([0xff])] as const);
expectType<Running>()(running);
expectType<Result>()(await running);
expectType<number | undefined>()(running.pid);
expectType<Snapshot | undefined>()(running.snapshot());
expectType<void>()(running.kill());
running.kill({ graceMs: 100 } satisfies EndOptions);
running.kill({ force: true });
running satisfies Disposable & AsyncDisposable & Promise<Result>;
run([], {
  label: 'build',
  intervalMs: 5,
  metric: 'pss',
  warn: '80%',
  limit: 1e9,
  signal: new AbortController().signal,
  rejectOnFailure: true,
  crashFolder: false,
  env: { PATH: undefined },
} satisfies RunOptions);

// @ts-expect-error a command is its arguments, not a text
run('make');
// @ts-expect-error there is no such option
run(['make'], { intervalMS: 5 });
// @ts-expect-error true says no folder
run(['make'], { crashFolder: true });
// @ts-expect-error there is no such metric
run(['make'], { metric: 'vsz' });
// @ts-expect-error it cannot be changed
running.pid = 1;
// @ts-expect-error there is no such option
running.kill({ signal: 'SIGKILL' });

// Events
running.on('warn', (event) => expectType<WarnEvent>()(event));
running.on('limit', (event) => expectType<LimitEvent>()(event));
expectType<Running>()(running.on('limit', () => {}).off('limit', () => {}));
const hear: GuardEventListener<keyof GuardEvents> = ({ bytes }) => expectType<number>()(bytes);
running.on('warn', hear).on('limit', hear);
// @ts-expect-error there is no such event
running.on('exit', () => {});
// @ts-expect-error a warning has no files
running.on('warn', ({ dumpFile }) => dumpFile);

// The result
declare const result: Result;
expectType<number | undefined>()(result.peak?.bytes);
expectType<number | null>()(result.exit.code);
declare const tracked: TaskResult;
tracked satisfies Task;
expectType<number>()(tracked.durationMs);
expectType<number | undefined>()(result.tasks?.[0]?.durationMs);
// @ts-expect-error a measure may be absent
result.peak.bytes;

// Errors
declare const failure: RunFailed;
failure satisfies MemtopError & Error;
expectType<'RunFailed'>()(failure.code);
expectType<Result>()(failure.result);
expectType<Exit>()(failure.exit);
expectType<Peak | undefined>()(failure.peak);
new RunFailed(result);
// @ts-expect-error it is what others extend
new MemtopError('no');

// MemoryTracker
const tracker = new MemoryTracker({ intervalMs: 5, metric: 'rss' } satisfies TrackerOptions);
expectType<void>()(tracker.startTracking(1));
expectType<number | undefined>()(tracker.stopTracking(1));
tracker satisfies Disposable;
const options = {
  id: 'x',
  warn: 5,
  limit: '1G',
  endsAtLimit: true,
  graceMs: 0,
} satisfies TrackOptions;
const task = tracker.track(1, options);
expectType<TrackedTask>()(task);
expectType<string>()(task.id);
expectType<Snapshot | undefined>()(task.snapshot());
expectType<TrackedResult>()(await task.finish());
const { tasks } = await task.finish();
expectType<TaskResult[] | undefined>()(tasks);
expectType<TrackedTask>()(task.on('warn', () => {}));
task satisfies Disposable;
task.kill({ force: true });
expectType<boolean>()(task.tellTask(1, 'migrate'));
expectType<SnapshotProcess | undefined>()(task.snapshot()?.processes[0]);
// @ts-expect-error a pid is a number
tracker.startTracking('1');
// @ts-expect-error there is no such option
tracker.track(1, { name: 'x' });
// @ts-expect-error only a run has a control group
new MemoryTracker({ cgroup: 'on' });
// @ts-expect-error it is no promise
await task.then();

// inspect
expectType<ProcessRecord[]>()(await inspect.list());
expectType<ProcessState | undefined>()((await inspect.tree(1))[0]?.state);
expectType<KillOutcome>()(await inspect.kill(1, { graceMs: 5 } satisfies KillOptions));
inspect.with({ backend: 'sysinfo' } satisfies InspectorOptions);
// @ts-expect-error there is no such backend
inspect.with({ backend: 'none' });
