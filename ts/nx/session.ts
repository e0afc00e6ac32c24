/** Measures runs of Nx, also several at the same time. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { storeFileIn } from '../history/file.js';
import { lookIn } from '../report/look.js';
import type { Result } from '../result/types.js';
import { isEnabled } from './activation.js';
import { type Client, findClient, isAlive } from './client.js';
import type { RunContext } from './context.js';
import { folderIn, keepResult } from './files.js';
import { lines } from './lines.js';
import type { MeasuredTree, Measuring } from './measure.js';
import { nxResult } from './result.js';
import { onTaskPids } from './task-pids.js';
import { lookOf, showResult } from './terminal.js';

/** How long the end of a run may wait for the measurement. */
const finishTimeoutMs = 3000;
const watchMs = 1000;

class Session {
  readonly client: Client;
  readonly #measuring: Promise<Measuring | string>;
  readonly #watch: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(client: Client, workspaceRoot: string, onGone: () => void) {
    this.client = client;
    this.#measuring = started(client.pid);
    this.#unsubscribe = onTaskPids(
      workspaceRoot,
      (taskId, pid) => void loggingErrors(() => this.#assign(taskId, pid)),
    );
    // Nx does not call plugins at the end of a run that is aborted.
    this.#watch = setInterval(() => {
      if (!isAlive(client)) onGone();
    }, watchMs).unref();
  }

  async finish(): Promise<MeasuredTree | string> {
    clearInterval(this.#watch);
    this.#unsubscribe();
    const measuring = await this.#measuring;
    if (typeof measuring === 'string') return measuring;
    const late = pause(finishTimeoutMs, 'the sampling did not end in time', { ref: false });
    try {
      return await Promise.race([measuring.finish(), late]);
    } catch (error) {
      return messageOf(error);
    } finally {
      measuring.stop();
    }
  }

  async #assign(taskId: string, pid: number): Promise<void> {
    const measuring = await this.#measuring;
    if (typeof measuring === 'object') measuring.assign(taskId, pid);
  }
}

const sessions = new Map<string, Session>();

/** The tasks of a run are about to start. */
export async function begin(context: RunContext): Promise<void> {
  await loggingErrors(async () => {
    const client = clientOf(context);
    if (typeof client === 'string' || !isMeasured(client)) return;
    const forget = () => {
      void sessions.get(context.id)?.finish();
      sessions.delete(context.id);
    };
    sessions.set(context.id, new Session(client, context.workspaceRoot, forget));
  });
}

/** The tasks of a run have ended. */
export async function end(context: RunContext): Promise<void> {
  await loggingErrors(async () => {
    const session = sessions.get(context.id);
    sessions.delete(context.id);
    const client = session?.client ?? clientOf(context);
    if (typeof client === 'string') {
      process.stderr.write(`memtop: nothing was measured: ${client}\n`);
      return;
    }
    if (!isMeasured(client)) return;
    const measured = session
      ? await session.finish()
      : 'the process that measured has ended before the run';
    const result = nxResult(context, client, measured);
    const folder = folderIn(context.workspaceRoot, process.env);
    const warnings = [
      ...(await warningOf(`${folder} was not written`, () => {
        keepResult(result, lines(result, lookIn({ ...client.environment }, undefined)), folder);
      })),
      ...(await warningOf('the run is not recorded', () => record(result, client))),
    ];
    await showResult([...lines(result, lookOf(client)), ...warnings], client);
  });
}

/** A line where that fails. */
async function warningOf(problem: string, act: () => void | Promise<void>): Promise<string[]> {
  try {
    await act();
    return [];
  } catch (error) {
    return [`memtop: warning: ${problem}: ${messageOf(error)}`];
  }
}

function clientOf({ workspaceRoot, argv }: RunContext): Client | string {
  return findClient({
    workspaceRoot,
    argv,
    pid: process.pid,
    parentPid: process.ppid,
    isWorker: 'NX_PLUGIN_WORKER' in globalThis,
    isTaken: ({ pid, startTicks }) =>
      [...sessions.values()].some(
        ({ client }) => client.pid === pid && client.startTicks === startTicks,
      ),
  });
}

const loadRecording = () => import('../history/ended.js');

/** For `memtop show last`. */
async function record(result: Result, { environment }: Client): Promise<void> {
  const file = storeFileIn(environment);
  if (file === undefined) return;
  const { recordEnded } = await loadRecording();
  recordEnded(file, result);
}

/**
 * The environment of a daemon may be that of another run. And an Nx inside a task of Nx is not
 * measured: its lines would become part of the output of that task, which is cached.
 */
function isMeasured({ isBehindDaemon, environment }: Client): boolean {
  if ('NX_TASK_TARGET_PROJECT' in environment) return false;
  return !isBehindDaemon || isEnabled(environment);
}

/**
 * Waits until Nx knows that its tasks may start: a crash of this process from then on does not
 * affect the run.
 */
async function started(pid: number): Promise<Measuring | string> {
  await new Promise(setImmediate);
  try {
    // What the end needs as well, since a task may remove this package.
    const [{ startMeasuring }] = await Promise.all([import('./measure.js'), loadRecording()]);
    return startMeasuring(pid);
  } catch (error) {
    return messageOf(error);
  }
}

/** Nx fails the run when a hook throws. */
async function loggingErrors(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    process.stderr.write(`memtop: nothing was measured: ${messageOf(error)}\n`);
  }
}
