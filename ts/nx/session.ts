/** Measures one run of Nx after the other, or several at once. */

import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { storeFileIn } from '../history/file.js';
import { lookIn } from '../report/look.js';
import type { Result } from '../result/types.js';
import { isAskedFor } from './activation.js';
import { type Client, findClient, isStillThere } from './client.js';
import type { RunContext } from './context.js';
import { folderIn, keep } from './files.js';
import { lines } from './lines.js';
import type { Measured, Measuring } from './measure.js';
import { nxResult } from './result.js';
import { onTaskPids } from './task-pids.js';
import { lookOf, show } from './terminal.js';

/** How long the end of a run may be held up for what was measured. */
const patienceMs = 3000;
const watchMs = 1000;

class Session {
  readonly client: Client;
  readonly #measuring: Promise<Measuring | string>;
  readonly #watch: NodeJS.Timeout;
  readonly #hearNoMore: () => void;

  constructor(client: Client, workspaceRoot: string, onGone: () => void) {
    this.client = client;
    this.#measuring = started(client.pid);
    this.#hearNoMore = onTaskPids(
      workspaceRoot,
      (taskId, pid) => void harmless(() => this.#tell(taskId, pid)),
    );
    // A run that is broken off has no end that a plugin would hear of.
    this.#watch = setInterval(() => {
      if (!isStillThere(client)) onGone();
    }, watchMs).unref();
  }

  async finish(): Promise<Measured | string> {
    clearInterval(this.#watch);
    this.#hearNoMore();
    const measuring = await this.#measuring;
    if (typeof measuring === 'string') return measuring;
    const late = pause(patienceMs, 'the sampling did not end in time', { ref: false });
    try {
      return await Promise.race([measuring.finish(), late]);
    } catch (error) {
      return messageOf(error);
    } finally {
      measuring.stop();
    }
  }

  async #tell(taskId: string, pid: number): Promise<void> {
    const measuring = await this.#measuring;
    if (typeof measuring === 'object') measuring.tell(taskId, pid);
  }
}

const sessions = new Map<string, Session>();

/** The tasks of a run are about to start. */
export async function begin(context: RunContext): Promise<void> {
  await harmless(async () => {
    const client = clientOf(context);
    if (typeof client === 'string' || !isWanted(client)) return;
    const forget = () => {
      void sessions.get(context.id)?.finish();
      sessions.delete(context.id);
    };
    sessions.set(context.id, new Session(client, context.workspaceRoot, forget));
  });
}

/** They have ended. */
export async function end(context: RunContext): Promise<void> {
  await harmless(async () => {
    const session = sessions.get(context.id);
    sessions.delete(context.id);
    const client = session?.client ?? clientOf(context);
    if (typeof client === 'string') {
      process.stderr.write(`memtop: nothing was measured: ${client}\n`);
      return;
    }
    if (!isWanted(client)) return;
    const measured = session
      ? await session.finish()
      : 'the process that measured has ended before the run';
    const result = nxResult(context, client, measured);
    const folder = folderIn(context.workspaceRoot, process.env);
    const troubles: string[] = [];
    try {
      keep(result, lines(result, lookIn({ ...client.environment }, undefined)), folder);
    } catch (error) {
      troubles.push(`memtop: warning: ${folder} was not written: ${messageOf(error)}`);
    }
    try {
      await record(result, client);
    } catch (error) {
      troubles.push(`memtop: warning: the run is not recorded: ${messageOf(error)}`);
    }
    await show([...lines(result, lookOf(client)), ...troubles], client);
  });
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

/** For `memtop show last`. */
async function record(result: Result, { environment }: Client): Promise<void> {
  const file = storeFileIn(environment);
  if (file === undefined) return;
  const { recordEnded } = await import('../history/ended.js');
  recordEnded(file, result);
}

/**
 * The environment of a daemon may be that of another run. And what an Nx within a task of Nx says
 * would become a part of what that task says, which is cached.
 */
function isWanted({ isBehindDaemon, environment }: Client): boolean {
  if ('NX_TASK_TARGET_PROJECT' in environment) return false;
  return !isBehindDaemon || isAskedFor(environment);
}

/**
 * Not before Nx has heard that its tasks may start: what happens to this process from then on does
 * not happen to the run.
 */
async function started(pid: number): Promise<Measuring | string> {
  await new Promise(setImmediate);
  try {
    const { startMeasuring } = await import('./measure.js');
    return startMeasuring(pid);
  } catch (error) {
    return messageOf(error);
  }
}

/** Nx takes what a hook throws for its own failure. */
async function harmless(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    process.stderr.write(`memtop: nothing was measured: ${messageOf(error)}\n`);
  }
}
