/** What the public types allow and forbid. Checked by `npm run check:types`, never run. */
import { spawn } from 'node:child_process';
import {
  type AbortError,
  type Attached,
  type AttachOptions,
  attach,
  type CapturedResult,
  type CompareOptions,
  type Comparison,
  type ComparisonChange,
  type ComparisonGroup,
  type ComparisonRow,
  compareResults,
  type Emitter,
  type EndOptions,
  type Exit,
  type GuardEventListener,
  type GuardEvents,
  type InspectorOptions,
  inspect,
  isRegression,
  type KillOptions,
  type KillOutcome,
  type LimitEvent,
  MemoryTracker,
  MemtopError,
  openStore,
  type Peak,
  type ProcessRecord,
  type ProcessState,
  parseResult,
  type Result,
  type RunEvents,
  RunFailed,
  type RunFilter,
  type Running,
  type RunOptions,
  type RunRecord,
  type RunStore,
  run,
  type Snapshot,
  type SnapshotProcess,
  type StoreClosed,
  type StoreOptions,
  type Task,
  type TaskResult,
  type TaskStartEvent,
  type TrackedResult,
  type TrackedTask,
  type TrackerOptions,
  type TrackOptions,
  type WarnEvent,
} from '../../ts/index.js';

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
const capturing = run(['make'], { capture: true, maxCaptureBytes: 1000, silent: true });
expectType<Running<CapturedResult>>()(capturing);
expectType<string>()((await capturing).stdout);
// @ts-expect-error output is captured only on request
(await running).stdout;
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
  cwd: new URL('file:///'),
} satisfies RunOptions);

// @ts-expect-error a command is an array of arguments, not a string
run('make');
// @ts-expect-error there is no such option
run(['make'], { intervalMS: 5 });
// @ts-expect-error true names no folder
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
const listener: GuardEventListener<keyof GuardEvents> = ({ bytes }) => expectType<number>()(bytes);
running.on('warn', listener).on('limit', listener);
expectType<Running>()(running.once('taskend', (event) => expectType<TaskResult>()(event)));
for await (const event of running.events('limit')) expectType<LimitEvent>()(event);
const { value: next } = await running.events('taskstart').next();
next satisfies TaskStartEvent | undefined;
running satisfies Emitter<RunEvents>;
// @ts-expect-error there is no such event
running.on('exit', () => {});
// @ts-expect-error there is no such event
running.events('exit');
// @ts-expect-error a warning has no files
running.on('warn', ({ dumpFile }) => dumpFile);

// The result
declare const result: Result;
expectType<string | undefined>()(result.run.process?.startedAt);
expectType<number | undefined>()(result.peak?.bytes);
expectType<number | null>()(result.exit.code);
declare const tracked: TaskResult;
tracked satisfies Task;
expectType<number>()(tracked.durationMs);
expectType<number | undefined>()(result.tasks?.[0]?.durationMs);
// @ts-expect-error a measure may be absent
result.peak.bytes;

// Reading and comparing results
expectType<Result>()(parseResult('{}', 'peak.json'));
const comparison = compareResults(result, [result, result], {
  names: ['main', 'branch'],
  noisePercent: 5,
} satisfies CompareOptions);
expectType<Comparison>()(comparison);
expectType<ComparisonChange>()(comparison.peak);
expectType<ComparisonGroup>()(comparison.before);
expectType<ComparisonRow | undefined>()(comparison.tasks[0]);
expectType<boolean>()(isRegression(comparison.peak));

// The store
const store = openStore({ file: 'runs.db' } satisfies StoreOptions);
expectType<RunStore>()(store);
expectType<Result[]>()(store.results('last'));
expectType<void>()(store.close());
store satisfies Disposable;
const filter = { label: 'build', since: new Date(), state: 'ended', latest: 5 } satisfies RunFilter;
expectType<RunRecord[]>()(store.runs(filter));
// @ts-expect-error of a run that has ended, the pid may be that of another process by now
store.runs()[0]?.process;

// Errors
declare const failure: RunFailed;
failure satisfies MemtopError & Error;
expectType<'RunFailed'>()(failure.code);
expectType<Result>()(failure.result);
expectType<Exit>()(failure.exit);
expectType<string | undefined>()(failure.stdout);
expectType<Peak | undefined>()(failure.peak);
new RunFailed(result);
declare const abort: AbortError;
abort satisfies MemtopError & Error;
expectType<'ABORT_ERR'>()(abort.code);
expectType<Result>()(abort.result);
expectType<Result['exit']>()(abort.exit);
declare const closed: StoreClosed;
expectType<'StoreClosed'>()(closed.code);
// @ts-expect-error the base class is abstract
new MemtopError('no');

// attach()
const attached = attach(spawn('make').pid, {
  label: 'server',
  intervalMs: 5,
  metric: 'pss',
  trace: 'on',
} satisfies AttachOptions);
expectType<Attached>()(attached);
expectType<Result>()(await attached);
expectType<Snapshot | undefined>()(attached.snapshot());
expectType<void>()(attached.stop());
attached satisfies Disposable & AsyncDisposable & Promise<Result>;
// @ts-expect-error an attached process cannot be killed
attached.kill();

// MemoryTracker
const tracker = new MemoryTracker({ intervalMs: 5, metric: 'rss' } satisfies TrackerOptions);
expectType<void>()(tracker.startTracking(1));
expectType<number | undefined>()(tracker.stopTracking(1));
tracker satisfies Disposable & AsyncDisposable;
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
for await (const event of task.events('warn')) expectType<WarnEvent>()(event);
// @ts-expect-error only a run has events of its tasks
task.once('taskend', () => {});
task satisfies Disposable & AsyncDisposable;
task.kill({ force: true });
expectType<boolean>()(task.assignToTask(1, 'migrate'));
expectType<SnapshotProcess | undefined>()(task.snapshot()?.processes[0]);
const child = spawn('make');
tracker.startTracking(child.pid);
expectType<number | undefined>()(tracker.stopTracking(child.pid));
expectType<number>()(tracker.track(child.pid).pid);
// @ts-expect-error a pid is a number
tracker.startTracking('1');
// @ts-expect-error there is no such option
tracker.track(1, { name: 'x' });
// @ts-expect-error only a run has a control group
new MemoryTracker({ cgroup: 'on' });
// @ts-expect-error it is not a promise
await task.then();

// inspect
expectType<ProcessRecord[]>()(await inspect.list());
expectType<ProcessState | undefined>()((await inspect.tree(1))[0]?.state);
expectType<KillOutcome>()(await inspect.kill(1, { graceMs: 5 } satisfies KillOptions));
inspect.with({ backend: 'sysinfo' } satisfies InspectorOptions);
// @ts-expect-error there is no such backend
inspect.with({ backend: 'none' });
