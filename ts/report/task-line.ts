/** How a task went, in a line. */
import type { Exit, Task } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import type { Look } from './look.js';
import { fitted, plainText } from './plain-text.js';

type Mark = 'good' | 'bad' | 'neither';

const marks = { good: '✓', bad: '✗', neither: '•' } as const;
const asciiMarks = { good: '+', bad: 'x', neither: '-' } as const;
const colours = { good: '32', bad: '31', neither: '39' } as const;

/** What stays of a name however long the rest is. */
const narrowestId = 12;
const longestSignal = 16;

/** Such as `✓ my-app:build [local cache] 2.5s (peak: 512MB)`; at most as wide as the terminal. */
export function taskLine(task: Task, { columns, isColoured, isAscii }: Look): string {
  const mark = markOf(task);
  const symbol = (isAscii ? asciiMarks : marks)[mark];
  const peak = task.peak ? ` (peak: ${formatBytes(task.peak.bytes)})` : '';
  const { durationMs } = task;
  const hasRun = task.status !== 'skipped' && durationMs !== undefined;
  const duration = hasRun ? ` ${formatDuration(durationMs)}` : '';
  const how = howText(task);
  const comma = how === '' || how.endsWith(']') || duration === '' ? '' : ',';
  const left = columns - `${symbol} ${duration}${peak}`.length;
  const id = fitted(plainText(task.id), Math.max(narrowestId, left - `${how}${comma}`.length));
  const text = `${fitted(`${id}${how}${comma}`, Math.max(1, left))}${duration}`;
  const shown = isAscii ? inAscii(text) : text;
  if (isColoured && left > 0) {
    return `${styled(colours[mark], symbol)} ${shown}${peak && styled('2', peak)}`;
  }
  const line = fitted(`${symbol} ${shown}${peak}`, columns);
  return isAscii ? inAscii(line) : line;
}

/** What became of it where it did not simply run and succeed, with a space before it. */
export function howText(task: Task): string {
  const served = task.status === 'cached' ? ` [${cacheText(task.cache)}]` : '';
  if (task.status === 'skipped') return ` skipped${because(task)}`;
  if (task.status === 'running') return ' still running';
  const end = endText(task);
  return `${served}${end && ` ${end}`}`;
}

function because({ skippedBecause }: Task): string {
  return skippedBecause === undefined ? '' : `: ${plainText(skippedBecause)}`;
}

function markOf(task: Task): Mark {
  if (task.status === 'skipped' || task.status === 'running') return 'neither';
  if (task.guard?.action === 'terminated') return 'bad';
  if (!task.exit) return task.status === 'cached' ? 'good' : 'neither';
  const { cause, code } = task.exit;
  if (cause === 'unknown') return 'neither';
  return cause === 'exit' && code === 0 ? 'good' : 'bad';
}

function endText({ exit, guard }: Task): string {
  if (guard?.action === 'terminated') return 'ended by the guard';
  return exit ? exitText(exit) : '';
}

function exitText({ cause, code, signal }: Exit): string {
  switch (cause) {
    case 'exit':
      if (code === 0) return '';
      return code === null ? 'failed' : `failed, exit ${code}`;
    case 'signal':
      return `killed by ${fitted(plainText(signal ?? 'a signal'), longestSignal)}`;
    case 'oom-kernel':
      return 'out of memory, killed by the kernel';
    case 'oom-heap':
      return 'out of memory, its heap was full';
    case 'guard':
      return 'ended by the guard';
    case 'timeout':
      return 'ended, its time was over';
    case 'aborted':
      return 'stopped';
    case 'not-started':
      return 'did not start';
    default:
      return '';
  }
}

function cacheText(cache: Task['cache']): string {
  if (cache === undefined) return 'cache';
  return cache === 'kept' ? 'local cache, kept' : `${cache} cache`;
}

function inAscii(text: string): string {
  return text.replaceAll('…', '~').replaceAll(/[^ -~]/gu, '?');
}

/** The space before a text takes no style. */
function styled(code: string, text: string): string {
  const [, space = '', rest = ''] = /^( ?)(.*)$/s.exec(text) ?? [];
  return `${space}\u001b[${code}m${rest}\u001b[0m`;
}
