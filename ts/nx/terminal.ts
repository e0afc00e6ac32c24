/** The standard error of the client of Nx, which goes to a terminal or a log. */
import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty, WriteStream } from 'node:tty';
import { type Look, lookIn } from '../report/look.js';
import type { Client } from './client.js';

const writeTimeoutMs = 250;

/** What lines can look like there. */
export function lookOf(client: Client): Look {
  return lookIn(client.environment, columnsOf(client));
}

/** Writes lines there, where that cannot damage what Nx writes. */
export async function showResult(lines: readonly string[], client: Client): Promise<void> {
  if (lines.length === 0) return;
  if (client.isBehindDaemon) await writeTo(client, `${lines.join('\n')}\n`);
  else if (client.pid === process.pid) process.stderr.write(`${lines.join('\n')}\n`);
  else await sendToHost(lines.join('\n'));
}

/**
 * Sends the text to the process that has started this one. Nx has a channel for plugins that keeps
 * the order, so Nx cannot end before it has read everything. Without it, Nx copies what is written.
 */
async function sendToHost(text: string): Promise<void> {
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
 * The daemon has no channel to its clients for plugins, so this opens what the client writes to. A
 * socket cannot be opened that way; and in a file that is not open for appending, the client would
 * overwrite the text. Neither a full pipe nor a stopped terminal may delay the run.
 */
async function writeTo(client: Client, text: string): Promise<void> {
  const fd = opened(client);
  if (fd === undefined) return;
  try {
    let rest: Uint8Array = Buffer.from(text);
    for (const deadline = Date.now() + writeTimeoutMs; rest.length > 0 && Date.now() < deadline; ) {
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
