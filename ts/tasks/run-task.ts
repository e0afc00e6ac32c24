/** Runs the commands of one task, one after the other. */
import { InvalidOption } from '../errors.js';
import { hasFailed } from '../report/failure.js';
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

export interface Ran {
  /** How the last command that was started ended. */
  readonly exit: Exit;
  readonly oom: Oom | undefined;
  readonly remarks: readonly string[];
  readonly whole: PartOutcome;
  /** The tasks that were found in its commands. */
  readonly found: readonly TaskResult[];
}

/** Where a task is shown that has a terminal which only this program shows. */
export interface Stage {
  readonly size: ViewSize;
  started(name: string, execution: Execution, session: SessionTask): void;
  take(name: string, bytes: Uint8Array): void;
}

interface Manner {
  readonly stage: Stage | undefined;
  readonly pty: PtyUse | undefined;
  readonly writeLine: WriteLine | undefined;
  readonly isBare: ((line: Uint8Array) => boolean) | undefined;
  /** Hears of each command that has been started. */
  started(execution: Execution): void;
  /** How long the run has been going on. */
  elapsedMs(): number;
}

/** A command that does not start is how the task ends; nothing is thrown. */
export async function runTask(
  name: string,
  task: TaskDefinition,
  session: SessionTask,
  { pty, writeLine, isBare, stage, started, elapsedMs }: Manner,
): Promise<Ran> {
  const remarks: string[] = [];
  const found: TaskResult[] = [];
  let last: Outcome | undefined;
  for (const command of task.commands) {
    if (stage) {
      last = await outcomeOf(session, onStage(commandOf(command, task, 'off', undefined), stage), {
        take: (bytes) => stage.take(name, bytes),
        started(execution) {
          started(execution);
          stage.started(name, execution, session);
        },
      });
    } else {
      const prefixed = writeLine && new Prefixed(name, writeLine, isBare);
      const callbacks = { take: prefixed?.take, started };
      last = await outcomeOf(session, commandOf(command, task, pty, prefixed), callbacks);
      prefixed?.end();
    }
    remarks.push(...last.remarks);
    if ('tree' in last.measured) found.push(...foundTasks(last.measured, elapsedMs()));
    if (hasFailed(last)) break;
  }
  const whole = await session.finish();
  const { exit, oom } = last ?? { exit: nothing, oom: undefined };
  // It may have been ended when none of its commands was there, or the next one not yet.
  const isBetween = !hasFailed({ exit }) || exit.cause === 'not-started';
  const ended = whole.stopped && isBetween ? { ...exit, cause: whole.stopped } : exit;
  return { exit: ended, oom, remarks, whole, found };
}

const nothing: Exit = { code: 0, signal: null, cause: 'exit' };

function commandOf(
  command: readonly string[],
  { cwd, env }: TaskDefinition,
  pty: PtyUse | undefined,
  prefixed: Prefixed | undefined,
): SessionCommand {
  const streams = prefixed ? 'pipe' : pty === 'on' ? 'terminal' : undefined;
  return { command, cwd, env: { ...env }, ...(streams && { streams }) };
}

function onStage(command: SessionCommand, { size }: Stage): SessionCommand {
  return { ...command, streams: 'remote', size };
}

async function outcomeOf(
  session: SessionTask,
  command: SessionCommand,
  callbacks: { take: OnOutput | undefined; started(execution: Execution): void },
): Promise<Outcome> {
  try {
    const execution = session.start(command, callbacks.take);
    callbacks.started(execution);
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
