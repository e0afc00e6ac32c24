/** Runs a command without the addon: everything is as with it, but nothing is measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { isatty } from 'node:tty';
import { InvalidOption } from '../../errors.js';
import type { Exit } from '../../result/types.js';
import type { OnOutput } from '../api/pieces.js';
import { Pieces } from '../api/pieces.js';
import { type Execution, unseen } from './execution.js';
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
  // Before the start: a command may be signalled as soon as it says that it is ready.
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
  if (start.timeoutMs !== undefined) {
    timers.push(setTimeout(() => stop('timeout'), start.timeoutMs));
  }
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
      // Some failures come at once and not as an event, such as too long an argument.
      resolve(notStarted(program, error as NodeJS.ErrnoException));
      return;
    }
    carry(child, start.streams === 'tee', onOutput && new Pieces(onOutput));
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
    ...unseen,
    outcome: ended.then((exit) => {
      isOver = true;
      restore?.();
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

/** Has piped output shown, read, or neither. */
function carry(child: ChildProcess, isShown: boolean, pieces: Pieces | undefined): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (piece: Buffer) => {
      if (isShown) process[stream].write(piece);
      pieces?.take(stream, piece);
    });
  }
}

/** Node passes arguments as text; a changed argument would be another command. */
function textOnly(argument: string | Uint8Array): string {
  if (typeof argument === 'string') return argument;
  throw new InvalidOption('an argument is not UTF-8 and cannot be passed on without the addon');
}

/**
 * Node does not tell whether the terminal sent a signal, and then the command has it already. A
 * terminal's own signals are therefore only waited out when there is a terminal.
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
