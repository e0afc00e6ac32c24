/** A result for a pull request or a job's summary, in GitHub's Markdown. */
import { redactedCommand } from '../result/redact.js';
import type { Result, Task } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { endingOf, endingText } from './ending.js';
import { facts } from './facts.js';
import { headline } from './headline.js';
import { fitted, plainText } from './plain-text.js';
import { howText } from './task-line.js';

const longestCommand = 120;
const longestName = 80;
const tasksShown = 50;
const namesShown = 12;

export function resultMarkdown(result: Result): string {
  const { run, peak, tasks = [], warnings } = result;
  const command = redactedCommand(run.command).join(' ');
  const ending = endingOf(result);
  const head = headline(result);
  const sections = [
    `### memtop: ${code(fitted(plainText(run.label ?? command), longestCommand))}`,
    ...(head === undefined ? [] : [`**${escaped(upperFirst(head))}**`]),
    ...(ending ? [escaped(upperFirst(endingText(ending)))] : notStarted(result)),
    table(
      ['', ''],
      facts(result).map(({ label, lines }) => [
        escaped(label),
        escaped(fitted(lines(Number.POSITIVE_INFINITY).join('; '), 2 * longestCommand)),
      ]),
    ),
    table(
      ['task', 'peak:', 'time:', ''],
      largestFirst(tasks).map(taskRow),
      tasks.length - tasksShown,
    ),
    table(
      ['at the peak', 'processes:', 'memory:'],
      (peak?.rollup ?? [])
        .slice(0, namesShown)
        .map(({ name, count, bytes }) => [nameCode(name), `${count}`, formatBytes(bytes)]),
      (peak?.rollup.length ?? 0) - namesShown,
    ),
    warnings.map(({ message }) => `- warning: ${escaped(plainText(message))}`).join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function notStarted({ exit }: Result): string[] {
  if (exit.cause !== 'not-started' || exit.message === undefined) return [];
  return [escaped(upperFirst(plainText(exit.message)))];
}

function largestFirst(tasks: readonly Task[]): Task[] {
  return [...tasks]
    .sort((one, other) => (other.peak?.bytes ?? -1) - (one.peak?.bytes ?? -1))
    .slice(0, tasksShown);
}

function taskRow(task: Task): string[] {
  const { id, peak, durationMs, status } = task;
  const hasRun = status !== 'skipped' && durationMs !== undefined;
  return [
    nameCode(id),
    peak ? formatBytes(peak.bytes) : '-',
    hasRun ? formatDuration(durationMs) : '-',
    escaped(howText(task).trim()),
  ];
}

/** A title that ends in a colon is of numbers. Empty without rows. */
function table(heads: readonly string[], rows: readonly string[][], more = 0): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(heads.map((head) => head.replace(/:$/, ''))),
    line(heads.map((head) => (head.endsWith(':') ? '---:' : '---'))),
    ...rows.map(line),
    ...(more > 0 ? [line([`${more} more`, ...heads.slice(1).map(() => '')])] : []),
  ].join('\n');
}

function nameCode(name: string): string {
  return code(fitted(plainText(name), longestName));
}

/** In a code span, only what would end it or the table cell needs replacing. */
function code(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '¦').trim() || '?'}\``;
}

/** Text without effect: no markup, HTML, mentions or links. */
function escaped(text: string): string {
  return text
    .replaceAll('|', '¦')
    .replaceAll(/[\\`*_[\]<>&~$!]/g, '\\$&')
    .replaceAll(/[@#]|:\/\/|\bwww\b/g, '$&<!-- -->');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
