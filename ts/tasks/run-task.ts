/** Runs the commands of one task, one after the other. */
import { InvalidOption } from '../errors.js';
import { hasFailed } from '../result/failed.js';
import type { TaskResult } from '../result/task.js';
import type { Exit, Oom } from '../result/types.js';
import type { OnOutput } from '../tracker/api/pieces.js';
import type { Execution, ViewSize } from '../tracker/native/execution.js';
import type { Outcome } from '../tracker/native/outcome.js';
import type { PartOutcome, SessionCommand, SessionTask } from '../tracker/native/session.js';
import { foundTasks } from '../tracker/result/found.js';
import type { PtyUse } from '../tracker/rules.js';
import { Prefixed, type WriteLine } from './prefixed.js';
import type { TaskDefinition } from './task-definition.js';

export interface TaskOutcome {
  /** How the last command that was started ended. */
  readonly exit: Exit;
  readonly oom: Oom | undefined;
  readonly remarks: readonly string[];
  readonly whole: PartOutcome;
  /** The tasks that were found in its commands. */
  readonly found: readonly TaskResult[];
}

/** Shows tasks, each with a terminal that only this program shows. */
export interface TaskDisplay {
  readonly size: ViewSize;
  started(name: string, execution: Execution, session: SessionTask): void;
  take(name: string, bytes: Uint8Array): void;
}

export interface CommandOptions {
  /** Without one, commands write to the streams of this program, or their lines to `writeLine`. */
  readonly display?: TaskDisplay | undefined;
  readonly pty?: PtyUse | undefined;
  readonly writeLine?: WriteLine | undefined;
  /** Which lines are written without the name of the task. */
  readonly isBare?: ((line: Uint8Array) => boolean) | undefined;
  /** Called with each command that has been started. */
  started(execution: Execution): void;
  /** The time since the start of the run. */
  elapsedMs(): number;
}

/** A command that does not start ends the task; nothing is thrown. */
export async function runTask(
  name: string,
  task: TaskDefinition,
  session: SessionTask,
  options: CommandOptions,
): Promise<TaskOutcome> {
  const remarks: string[] = [];
  const found: TaskResult[] = [];
  let last: Pick<Outcome, 'exit' | 'oom'> = { exit: { code: 0, signal: null, cause: 'exit' } };
  for (const command of task.commands) {
    const start = { command, cwd: task.cwd, env: { ...task.env } };
    const outcome = await runCommand(name, start, session, options);
    remarks.push(...outcome.remarks);
    if ('tree' in outcome.measured) {
      found.push(...foundTasks(outcome.measured, options.elapsedMs()));
    }
    last = outcome;
    if (hasFailed(outcome)) break;
  }
  const whole = await session.finish();
  return { exit: exitOf(last.exit, whole), oom: last.oom, remarks, whole, found };
}

/** A task can also be ended before its first command, or between two of them. */
function exitOf(last: Exit, { stopped }: PartOutcome): Exit {
  const isBetween = !hasFailed({ exit: last }) || last.cause === 'not-started';
  return stopped && isBetween ? { ...last, cause: stopped } : last;
}

type PlainCommand = Pick<SessionCommand, 'command' | 'cwd' | 'env'>;

function runCommand(
  name: string,
  command: PlainCommand,
  session: SessionTask,
  options: CommandOptions,
): Promise<Outcome> {
  const { display, writeLine, pty, started, isBare } = options;
  if (display) return runOnDisplay(name, command, session, display, started);
  if (writeLine)
    return runPrefixed(new Prefixed(name, writeLine, isBare), command, session, started);
  const streams = pty === 'on' ? 'terminal' : undefined;
  return outcomeOf(session, { ...command, ...(streams && { streams }) }, started);
}

function runOnDisplay(
  name: string,
  command: PlainCommand,
  session: SessionTask,
  display: TaskDisplay,
  started: CommandOptions['started'],
): Promise<Outcome> {
  return outcomeOf(
    session,
    { ...command, streams: 'remote', size: display.size },
    (execution) => {
      started(execution);
      display.started(name, execution, session);
    },
    (bytes) => display.take(name, bytes),
  );
}

async function runPrefixed(
  output: Prefixed,
  command: PlainCommand,
  session: SessionTask,
  started: CommandOptions['started'],
): Promise<Outcome> {
  const outcome = await outcomeOf(session, { ...command, streams: 'pipe' }, started, output.take);
  output.end();
  return outcome;
}

async function outcomeOf(
  session: SessionTask,
  command: SessionCommand,
  started: CommandOptions['started'],
  onOutput?: OnOutput,
): Promise<Outcome> {
  try {
    const execution = session.start(command, onOutput);
    started(execution);
    return await execution.outcome;
  } catch (error) {
    if (!(error instanceof InvalidOption)) throw error;
    return {
      exit: { code: 125, signal: null, cause: 'not-started', message: error.message },
      durationMs: 0,
      measured: { unavailable: 'the command did not start' },
      remarks: [],
    };
  }
}
