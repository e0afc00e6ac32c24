/** Runs several commands without the addon, unmeasured but otherwise the same. */
import { performance } from 'node:perf_hooks';
import { afterTimeout } from '../timer.js';
import { type Execution, noScreen } from './execution.js';
import type { PartOutcome, Session, SessionStart, SessionTask } from './session.js';
import { runUnmeasured } from './unmeasured.js';

export function openUnmeasured(start: SessionStart, reason: string): Session {
  const { timeoutMs, ...others } = start;
  const beganAt = performance.now();
  const tasks = new Set<{ end(why: 'timeout' | 'aborted', graceMs?: number): void }>();
  let stopped: PartOutcome['stopped'];
  let interrupts = 0;
  const count = () => {
    interrupts += 1;
  };
  const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, count);
  const endAll = (why: 'timeout' | 'aborted', graceMs?: number) => {
    stopped ??= why;
    for (const task of tasks) task.end(why, graceMs);
  };
  const cancelTimeout = afterTimeout(timeoutMs, () => endAll('timeout'));
  return {
    task() {
      const task = taskOf(others, reason);
      tasks.add(task);
      return task;
    },
    stop: (graceMs) => endAll('aborted', graceMs),
    snapshot: () => undefined,
    show: noScreen.show,
    viewSize: noScreen.viewSize,
    write: () => false,
    interrupts: () => interrupts,
    async finish() {
      cancelTimeout();
      for (const signal of signals) process.off(signal, count);
      return partOutcome(reason, beganAt, stopped);
    },
  };
}

function taskOf(start: SessionStart, reason: string) {
  const beganAt = performance.now();
  let running: Execution | undefined;
  let stopped: PartOutcome['stopped'];
  const end = (why: 'timeout' | 'aborted', graceMs?: number) => {
    if (!running) return;
    stopped ??= why;
    running.stop(graceMs);
  };
  const task: SessionTask & { end: typeof end } = {
    snapshot: () => undefined,
    end,
    start(command, onOutput) {
      const execution = runUnmeasured({ ...start, ...command }, reason, onOutput);
      running = execution;
      const outcome = execution.outcome.then((ended) => {
        running = undefined;
        const { exit } = ended;
        return stopped ? { ...ended, exit: { ...exit, cause: stopped } } : ended;
      });
      return { ...execution, pid: execution.pid, outcome };
    },
    stop: (graceMs) => end('aborted', graceMs),
    finish: async () => partOutcome(reason, beganAt, stopped),
  };
  return task;
}

function partOutcome(
  reason: string,
  beganAt: number,
  stopped: PartOutcome['stopped'],
): PartOutcome {
  return {
    durationMs: performance.now() - beganAt,
    measured: { unavailable: reason },
    remarks: [],
    ...(stopped && { stopped }),
  };
}
