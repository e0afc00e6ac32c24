/** A result as one page for a browser, which asks nothing of a network. */
import { createHash } from 'node:crypto';
import { hasFailed } from '../result/failed.js';
import { redactedCommand } from '../result/redact.js';
import type { Result, Task } from '../result/types.js';
import { formatBytes } from './bytes.js';
import { formatDuration } from './duration.js';
import { endingOf, endingText } from './ending.js';
import { facts } from './facts.js';
import { headline } from './headline.js';
import type { PageData, PageProcess, PageSpan, PageTask } from './page/data.js';
import { peakTree } from './peak-tree.js';
import { fitted, plainText } from './plain-text.js';
import { commandText } from './process-name.js';
import { rankedTasks, stackedTimeline } from './stacked-timeline.js';
import { howText } from './task-line.js';

/** The page's own script and style. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

const longestTitle = 120;
const longestCommand = 400;
const spansShown = 20;
const processesShown = 200;

export function resultHtml(result: Result, { script, style }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>memtop</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main id="report"><noscript>This page needs JavaScript to show its figures.</noscript></main>
<script type="application/json" id="data">${inScript(pageData(result))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON in which nothing can end the element that it stands in. */
function inScript(data: PageData): string {
  return JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What a browser compares an inline element with. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function pageData(result: Result): PageData {
  const { run, peak, guard, tasks = [], warnings } = result;
  const command = fitted(plainText(redactedCommand(run.command).join(' ')), longestCommand);
  const ending = endingOf(result);
  const stacked = stackedTimeline(result);
  return {
    title: fitted(plainText(run.label ?? command), longestTitle),
    command,
    sentence: sentenceOf(result),
    ...(ending && { ending: endingText(ending) }),
    about: aboutOf(result),
    hasFailed: hasFailed(result) && result.exit.cause !== 'unknown',
    durationMs: run.durationMs,
    ...(peak && { peak: { bytes: peak.bytes, atMs: peak.atMs } }),
    ...(guard?.limitBytes !== undefined && { limitBytes: guard.limitBytes }),
    facts: facts(result).map(({ label, lines }) => ({
      label,
      text: fitted(lines(Number.POSITIVE_INFINITY).join('; '), longestCommand),
    })),
    ...(stacked && { stacked }),
    spans: spansOf(result),
    tasks: tasks.map(pageTask),
    processes: processesOf(result),
    groups: (peak?.rollup ?? []).map(({ name, count, bytes }) => ({
      name: plainText(name),
      count,
      bytes,
    })),
    warnings: warnings.map(({ message }) => plainText(message)),
  };
}

function sentenceOf(result: Result): string {
  return headline(result) ?? plainText(result.exit.message ?? 'the command did not start');
}

function aboutOf({ run, memtopVersion }: Result): string {
  const { host, startedAt } = run;
  return [
    `started ${startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}`,
    `took ${formatDuration(run.durationMs)}`,
    `${host.os} ${host.arch}, ${host.cpus} CPUs, ${formatBytes(host.memoryBytes)} of memory`,
    `memtop ${memtopVersion}`,
  ].join(' · ');
}

/** Stages as far as there are any, and the tasks that take longest. */
function spansOf({ stages = [], tasks = [] }: Result): PageSpan[] {
  const parts = rankedTasks(tasks).map(({ id }) => id);
  const ofStages = stages.map(({ name, firstSeenMs, lastSeenMs }) => ({
    name: plainText(name),
    fromMs: firstSeenMs,
    toMs: lastSeenMs,
  }));
  const ofTasks = tasks
    .flatMap((task) => spanOf(task, parts))
    .sort((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs))
    .slice(0, spansShown)
    .sort((one, other) => one.fromMs - other.fromMs);
  return [...ofStages.slice(0, spansShown), ...ofTasks];
}

function spanOf(
  { id, startedAtMs, durationMs, status }: Task,
  parts: readonly string[],
): PageSpan[] {
  if (status === 'skipped' || startedAtMs === undefined || durationMs === undefined) return [];
  const part = parts.indexOf(id);
  return [
    {
      name: plainText(id),
      fromMs: startedAtMs,
      toMs: startedAtMs + durationMs,
      ...(part >= 0 && { part }),
    },
  ];
}

function pageTask(task: Task): PageTask {
  const { id, peak, wrappers, durationMs, status } = task;
  return {
    name: plainText(id),
    how: howText(task).trim(),
    ...(peak && { peakBytes: peak.bytes }),
    ...(wrappers?.bytes !== undefined && { wrapperBytes: wrappers.bytes }),
    ...(status !== 'skipped' && durationMs !== undefined && { durationMs }),
  };
}

function processesOf({ peak }: Result): PageProcess[] {
  const tree = peakTree(peak?.processes ?? []).slice(0, processesShown);
  return tree.map(({ process, bytes, totalBytes, depth }) => ({
    pid: process.pid,
    command: fitted(commandText(process), longestCommand),
    ...(process.task !== undefined && { task: plainText(process.task) }),
    bytes,
    totalBytes,
    depth,
    startedAtMs: process.startedAtMs,
  }));
}
