/** The summary at the end of a run. */
import type { Result } from '../result/types.js';
import { endingOf, endingText } from './ending.js';
import { facts } from './facts.js';
import { headline } from './headline.js';
import { wrapped } from './plain-text.js';
import { labelIndent, labelled } from './table.js';
import { tasksTable } from './tasks-table.js';

/** Lines without line ends, for a terminal of this width. */
export function summary(result: Result, columns: number): string[] {
  const left = Math.max(1, columns - labelIndent.length);
  const head = headline(result);
  return [
    ...endingLines(result, columns),
    ...(head === undefined ? [] : wrapped(`memtop: ${head}`, columns)),
    ...facts(result).flatMap(({ label, lines }) => labelled(label, lines(left))),
    ...tasksTable(result.tasks ?? [], columns - 2).map((line) => `  ${line}`),
  ];
}

/** Why it ended, if that needs a sentence. */
export function endingLines(result: Result, columns: number): string[] {
  const ending = endingOf(result);
  return ending ? wrapped(`memtop: ${endingText(ending)}`, columns) : [];
}
