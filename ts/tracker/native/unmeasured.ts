/** Runs a command without the addon, unmeasured but otherwise the same. */
import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { isatty } from 'node:tty';
import { InvalidOption } from '../../errors.js';
import type { Exit } from '../../result/types.js';
import type { OnOutput } from '../api/pieces.js';
import { Pieces } from '../api/pieces.js';
import { afterTimeout } from '../timer.js';
import { type Execution, noScreen } from './execution.js';
import type { Start } from './start.js';

const forwarded: NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
];

export function runUnmeasured(start: Start, reason: string, onOutput?: OnOutput): Execution {
  const [program, ...args] = start.command.map(textOnly) as [string, ...string[]];
  let child: ChildProcess | undefined;
  // Before the start: a command may be signalled as soon as it is ready.
  const restore = start.standsIn ? forwardSignals((signal) => child?.kill(signal)) : undefined;
  const startedAt = performance.now();
  let stoppedFor: 'timeout' | 'aborted' | undefined;
  let isOver = false;
  const timers: NodeJS.Timeout[] = [];
  const kill = () => child?.kill('SIGKILL');
  const stop = (why: 'timeout' | 'aborted', graceMs = start.graceMs ?? 0) => {
    if (isOver) return;
    if (graceMs === 0) kill();
    else if (!stoppedFor) {
      child?.kill('SIGTERM');
      timers.push(setTimeout(kill, graceMs));
    }
    stoppedFor ??= why;
  };
  const cancelTimeout = afterTimeout(start.timeoutMs, () => stop('timeout'));
  const ended = new Promise<Exit>((resolve) => {
    try {
      child = spawn(program, args, {
        stdio:
          start.streams === 'tee' || start.streams === 'pipe' || start.streams === 'remote'
            ? ['inherit', 'pipe', 'pipe']
            : 'inherit',
        ...(start.cwd === undefined ? {} : { cwd: start.cwd }),
        ...(start.env === undefined ? {} : { env: start.env }),
      });
    } catch (error) {
      // Some failures are thrown and not emitted, such as E2BIG.
      resolve(notStarted(program, error as NodeJS.ErrnoException));
      return;
    }
    drain(child, start.streams === 'tee', onOutput && new Pieces(onOutput));
    child.once('error', (error) => resolve(notStarted(program, error)));
    child.once(child.stdout ? 'close' : 'exit', (code, signal) =>
      resolve({ code, signal, cause: stoppedFor ?? (signal ? 'signal' : 'exit') }),
    );
  });
  return {
    pid: child?.pid,
    stop: (graceMs) => stop('aborted', graceMs),
    tasks: () => [],
    snapshot: () => undefined,
    ...noScreen,
    outcome: ended.then((exit) => {
      isOver = true;
      restore?.();
      cancelTimeout();
      for (const timer of timers) clearTimeout(timer);
      return {
        exit,
        durationMs: performance.now() - startedAt,
        measured: { unavailable: reason },
        remarks: [],
      };
    }),
  };
}

/** Reads piped output: shows it, hands it on, or drops it. */
function drain(child: ChildProcess, isShown: boolean, pieces: Pieces | undefined): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (piece: Buffer) => {
      if (isShown) process[stream].write(piece);
      pieces?.take(stream, piece);
    });
  }
}

/** Node passes arguments as text, which would change bytes that are not UTF-8. */
function textOnly(argument: string | Uint8Array): string {
  if (typeof argument === 'string') return argument;
  throw new InvalidOption('an argument is not UTF-8 and cannot be passed on without the addon');
}

/**
 * A signal that the terminal sends reaches the command as well, and Node does not tell these apart.
 * So where there is a terminal, the signals of terminals are not forwarded.
 */
function forwardSignals(send: (signal: NodeJS.Signals) => void): () => void {
  const fromTerminal = new Set<NodeJS.Signals>(isatty(0) ? ['SIGINT', 'SIGQUIT', 'SIGHUP'] : []);
  const listeners = forwarded.map((signal) => {
    const listener = () => {
      if (!fromTerminal.has(signal)) send(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const off of listeners) off();
  };
}

function notStarted(program: string, error: NodeJS.ErrnoException): Exit {
  const [code, reason] = {
    ENOENT: [127, 'command not found'] as const,
    EACCES: [126, 'permission denied'] as const,
  }[error.code ?? ''] ?? [126, error.message];
  return { code, signal: null, cause: 'not-started', message: `${program}: ${reason}` };
}
