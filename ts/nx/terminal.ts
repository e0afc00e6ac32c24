/** The standard error of the process of Nx that a person or a log looks at. */
import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty, WriteStream } from 'node:tty';
import { type Look, lookIn } from '../report/look.js';
import type { Client } from './client.js';

const patienceMs = 250;

/** How lines may look there. */
export function lookOf(client: Client): Look {
  return lookIn(client.environment, columnsOf(client));
}

/** Says it there if that can be done without harm to what Nx writes. */
export async function show(lines: readonly string[], client: Client): Promise<void> {
  if (lines.length === 0) return;
  if (client.isBehindDaemon) await writeTo(client, `${lines.join('\n')}\n`);
  else if (client.pid === process.pid) process.stderr.write(`${lines.join('\n')}\n`);
  else await tellHost(lines.join('\n'));
}

/**
 * The way to the process that has started this one. Nx has one for plugins that keeps the order, so
 * that Nx cannot end before it has read everything. Where it is missing, Nx copies what is written.
 */
async function tellHost(text: string): Promise<void> {
  const modules = createRequire(import.meta.url).cache;
  const streaming = Object.entries(modules).find(([path]) =>
    /[\\/]plugins[\\/]isolation[\\/]worker-streaming\.js$/.test(path),
  );
  const emit = streaming?.[1]?.exports?.emitPluginWorkerLog;
  if (typeof emit === 'function') {
    emit('error', text);
    return;
  }
  process.stderr.write(`${text}\n`);
  await pause(50);
}

/**
 * The daemon has no way to its clients for a plugin, so this writes where the client writes. A
 * socket cannot be opened so; and in a file that is not appended to, what the client writes next
 * would go over it. Neither a full pipe nor a stopped terminal may hold up the run.
 */
async function writeTo(client: Client, text: string): Promise<void> {
  const fd = opened(client);
  if (fd === undefined) return;
  try {
    let rest: Uint8Array = Buffer.from(text);
    for (const deadline = Date.now() + patienceMs; rest.length > 0 && Date.now() < deadline; ) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        await pause(5);
      }
    }
  } finally {
    closeSync(fd);
  }
}

function columnsOf(client: Client): number | undefined {
  const fd = opened(client);
  if (fd === undefined) return undefined;
  if (!isatty(fd)) {
    closeSync(fd);
    return undefined;
  }
  const terminal = new WriteStream(fd);
  const { columns } = terminal;
  terminal.destroy();
  return columns || undefined;
}

function opened({ pid }: Client): number | undefined {
  const { O_WRONLY, O_APPEND, O_NOCTTY, O_NONBLOCK } = constants;
  try {
    if (isFileWithoutAppending(pid)) return undefined;
    return openSync(`/proc/${pid}/fd/2`, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function isFileWithoutAppending(pid: number): boolean {
  const [, flags = '0'] =
    /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/2`, 'utf8')) ?? [];
  return (
    statSync(`/proc/${pid}/fd/2`).isFile() && (Number.parseInt(flags, 8) & constants.O_APPEND) === 0
  );
}
